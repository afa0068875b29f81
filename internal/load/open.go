package load

import (
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/schedule"
)

// lead is how long before it is due a request is handed to the transport, which then sends it on time.
const lead = 20 * time.Millisecond

// line is an open loop: requests are due when the arrival process says so, whether or not others have ended. With a
// cap, those that are due while it is reached wait in line; their schedule does not move.
type line struct {
	*runner
	begin   time.Duration // of the load
	arrived int
	waiting []arrived
}

type arrived struct {
	ticket
	due time.Duration
}

// open sends arrivals until the last measured request has ended.
//
// The window opens with the last warm-up arrival, so that it holds whole gaps only, and the schedule of the measured
// arrivals begins there. That is full swing only if requests leave by then: arrivals alone are a ramp.
func (r *runner) open() {
	l := &line{runner: r, begin: r.Clock.Now() + lead}
	r.mu.Lock()
	r.t0 = record.At(l.begin)
	r.mu.Unlock()
	for {
		due, end := l.next()
		if due >= end && !(r.sleep(end) && l.expired()) {
			return
		}
		if !r.sleep(due - lead) {
			return
		}
		if !l.arrive(due) {
			r.wait()
			return
		}
	}
}

// next is when the next request is due, and when Duration ends: never if it has.
func (l *line) next() (due, end time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	arrivals, from := l.Arrivals, time.Duration(l.t0)
	end = time.Duration(l.end())
	if l.Warmup > 0 && !l.warm {
		arrivals, from, end = l.Lead, l.begin, schedule.Never
	}
	if l.timeUp {
		end = schedule.Never
	}
	if due = arrivals(); due < schedule.Never {
		due += from
	}
	return due, end
}

// sleep waits until a moment; false when the level has ended before.
func (r *runner) sleep(until time.Duration) bool {
	timer := time.NewTimer(until - r.Clock.Now())
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.finished:
	case <-r.ctx.Done():
	}
	return false
}

// expired ends the window at the end of Duration. Cut off, those in line are never sent.
func (l *line) expired() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire()
	if !l.CutOff {
		return true
	}
	for _, a := range l.waiting {
		if a.phase == record.Measured {
			rec := l.prepare(a.ticket, -1, record.At(a.due)).Record
			rec.Done, rec.Failure = l.now(), &record.Failure{Type: record.Unsent, Message: "still in line when the time was up"}
			l.keep(rec)
		}
	}
	l.waiting = nil
	return true
}

// arrive takes one arrival; false when no more are wanted.
func (l *line) arrive(due time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.runner.next(record.At(due))
	if !ok {
		return false
	}
	l.waiting = append(l.waiting, arrived{t, due})
	l.arrived++
	l.warmUp(due)
	l.serve()
	return true
}

// warmUp opens the window when enough has arrived.
func (l *line) warmUp(due time.Duration) {
	if l.Warmup == 0 || l.warm || l.arrived < l.Warmup || l.WarmupUntilTurnover && !l.turned {
		return
	}
	l.warm, l.fullSwing, l.t0 = true, l.turned, record.At(due)
}

// serve starts those in line that the cap lets through.
func (l *line) serve() {
	for len(l.waiting) > 0 && (l.Cap == 0 || l.inFlight-l.probing < l.Cap) && !l.over && l.ctx.Err() == nil {
		first := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.start(first.ticket, -1, record.At(first.due), first.due, func(*record.Record) { l.serve() })
	}
}
