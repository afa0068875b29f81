package transport

import (
	"time"

	"github.com/splleed/splleed/internal/wallclock"
)

// realtime maps the kernel's stamps, which count wall-clock time, onto a Clock. Clock and wall clock are slewed alike;
// only a step of the wall clock moves one against the other.
type realtime struct {
	clock  Clock
	wall   func() int64  // nanoseconds since 1970
	offset int64         // of the wall clock against the clock, in nanoseconds
	next   time.Duration // when to sample again
	steps  int           // of the wall clock, noticed so far
}

// Of sampling the two clocks against each other.
const (
	resample = time.Second
	aStep    = time.Microsecond // samples of clocks that nobody sets differ by less than a tenth of this
)

func newRealtime(c Clock) *realtime {
	r := &realtime{clock: c, wall: wallclock.Now}
	r.sample()
	r.steps = 0
	return r
}

// at is the moment of a stamp.
func (r *realtime) at(stamp int64) time.Duration { return time.Duration(stamp - r.offset) }

// arrived is when the last byte of a read came, given the kernel's stamp and the time right before the read. A stamp out
// of the future tells that the wall clock was set.
func (r *realtime) arrived(stamp int64, looked time.Duration) (at, delay time.Duration, kernel bool) {
	const near = time.Millisecond
	at = r.at(stamp)
	if stamp != 0 && at > looked+near && at > r.clock.Now() {
		r.sample()
		stamp = 0
	}
	if stamp == 0 {
		return r.clock.Now(), 0, false
	}
	return at, max(0, looked-at), true
}

// sample notes how the wall clock stands now, and whether it was set since the last time.
func (r *realtime) sample() {
	offset, width := wallclock.Offset(r.clock.Now, r.wall)
	moved := time.Duration(offset - r.offset).Abs()
	if moved > aStep+width {
		r.steps++
	}
	r.offset, r.next = offset, r.clock.Now()+resample
}
