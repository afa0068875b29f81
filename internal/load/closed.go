package load

import (
	"slices"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// slots is a closed loop: every slot sends its next request as soon as its last one has ended.
type slots struct {
	*runner
	turns    []int       // requests that have ended, by slot
	failures []int       // failures in a row, by slot
	warmed   int         // turns that count as warm-up
	timer    *time.Timer // of Duration; nil until the window opens
	then     func(*record.Record)
}

// closed keeps Slots requests in flight until the last measured one has ended.
//
// Warm-up flows into the window without draining: a slot that is done with its own warm-up goes on until all are, and
// whichever slot is free then takes the next measured request. So the window opens on a load in full swing, not on a
// herd of N first requests.
func (r *runner) closed() {
	s := &slots{runner: r, turns: make([]int, r.Slots), failures: make([]int, r.Slots)}
	s.then = s.turn // once, not for every request
	r.mu.Lock()
	r.t0 = r.now()
	if r.Warmup == 0 {
		s.limit()
	}
	for slot := range r.Slots {
		s.send(slot, r.t0)
	}
	r.mu.Unlock()
	r.wait()
	s.unlimit()
}

// send starts the next request of a slot that is free since the given time. Where a number of them is measured, these do not
// wait: they end by themselves.
func (s *slots) send(slot int, free record.Stamp) {
	at, due := s.now(), s.backOff(slot)
	if s.Runs == 0 {
		at = max(at, record.At(due))
	}
	t, ok := s.next(at)
	if !ok {
		return
	}
	if t.phase == record.Measured && s.Runs > 0 {
		due = 0
	}
	s.start(t, slot, free, due, s.then)
}

// turn counts a request that has ended and sends its slot's next.
func (s *slots) turn(rec *record.Record) {
	s.turns[rec.Slot]++
	if rec.OK() {
		s.failures[rec.Slot] = 0
	} else {
		s.failures[rec.Slot]++
	}
	if !s.warm && s.Warmup > 0 {
		s.warmUp(rec.Slot)
	}
	s.send(rec.Slot, rec.Done)
}

// warmUp counts a turn as warm-up, and opens the window when they are enough.
func (s *slots) warmUp(slot int) {
	want := s.Warmup
	if !s.WarmupTotal {
		want *= s.Slots
	}
	if s.WarmupTotal || s.turns[slot] <= s.Warmup {
		s.warmed++
	}
	if s.warmed == want {
		s.warm, s.t0 = true, s.now()
		s.fullSwing = !slices.Contains(s.turns, 0)
		s.limit()
	}
}

// limit ends the window that opens now when Duration has passed.
func (s *slots) limit() {
	if s.Duration == 0 {
		return
	}
	s.timer = time.AfterFunc(s.Duration, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.expire()
	})
}

func (s *slots) unlimit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
}

// backOff delays the requests of a slot whose last ones failed, so that a server which refuses everything is not hammered while
// a measured request is still waiting for its answer, or until the time is up.
func (s *slots) backOff(slot int) time.Duration {
	if s.failures[slot] == 0 {
		return 0
	}
	return s.Clock.Now() + min(time.Millisecond<<min(s.failures[slot], 10), time.Second)
}
