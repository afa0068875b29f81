package load

import (
	"time"

	"github.com/splleed/splleed/internal/record"
)

// lead is how long before it is due a request is handed to the transport, which then sends it on time.
const lead = 20 * time.Millisecond

// line is an open loop: requests are due when the arrival process says so, whether or not others have ended. With a
// cap, those that are due while it is reached wait in line; their schedule does not move.
type line struct {
	*runner
	arrived int
	waiting []arrived
}

type arrived struct {
	ticket
	due time.Duration
}

// open sends arrivals until the last measured request has ended.
//
// The window opens with the last warm-up arrival, so that it holds whole gaps only. That is full swing only if requests
// leave by then: arrivals alone are a ramp.
func (r *runner) open() {
	l := &line{runner: r}
	begin := r.Clock.Now() + lead
	r.mu.Lock()
	r.t0 = record.At(begin)
	r.mu.Unlock()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		due := begin + r.Arrivals()
		timer.Reset(due - lead - r.Clock.Now())
		select {
		case <-timer.C:
		case <-r.finished:
			return
		case <-r.ctx.Done():
			return
		}
		if !l.arrive(due) {
			r.wait()
			return
		}
	}
}

// arrive takes one arrival; false when no more are wanted.
func (l *line) arrive(due time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.next()
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
	turnedOver := len(l.records) > 0
	if l.Warmup == 0 || l.warm || l.arrived < l.Warmup || l.WarmupUntilTurnover && !turnedOver {
		return
	}
	l.warm, l.fullSwing, l.t0 = true, turnedOver, record.At(due)
}

// serve starts those in line that the cap lets through.
func (l *line) serve() {
	for len(l.waiting) > 0 && (l.Cap == 0 || l.inFlight < l.Cap) && !l.over && l.ctx.Err() == nil {
		first := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.start(first.ticket, -1, record.At(first.due), first.due, func(*record.Record) { l.serve() })
	}
}
