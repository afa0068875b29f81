package transport

import (
	"time"

	"github.com/splleed/splleed/internal/wallclock"
)

// realtime maps the kernel's stamps, which count wall-clock time, onto a Clock. Clock and wall clock are slewed alike;
// only a step of the wall clock moves one against the other.
type realtime struct {
	*wallclock.Watch
	clock Clock
	next  time.Duration // when to sample again
}

// resample is how often the two clocks are held against each other.
const resample = time.Second

func newRealtime(c Clock, wall func() int64) *realtime {
	return &realtime{wallclock.NewWatch(c.Now, wall), c, c.Now() + resample}
}

// at is the moment of a stamp.
func (r *realtime) at(stamp int64) time.Duration { return time.Duration(stamp - r.Offset) }

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
	r.Sample()
	r.next = r.clock.Now() + resample
}
