package instrument

import (
	"time"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/wallclock"
)

// clocks holds the clocks of the machine against each other. Kernel stamps count wall-clock time and are mapped onto the
// monotonic clock: a step of the wall clock breaks that. Slewing bends the monotonic clock itself.
type clocks struct {
	now      func() time.Duration
	offset   int64 // of the wall clock, in ns
	sampled  bool
	width    time.Duration // of the reading that told it
	bracket  time.Duration // the widest
	jitter   time.Duration
	steps    int
	first    reading
	last     reading
	hasOther bool
}

// reading is the other clocks at one time, in ns.
type reading struct {
	at                time.Duration
	mono, raw, awaken int64 // CLOCK_MONOTONIC, …_RAW, …BOOTTIME
}

// aStep is how far clocks that nobody sets never move against each other between two samples, beside the wider of their brackets.
const aStep = 10 * time.Microsecond

func newClocks(now func() time.Duration) *clocks {
	c := &clocks{now: now}
	c.sample()
	c.first = c.last
	return c
}

// sample notes how the wall clock stands now, and whether it was set since the last time.
func (c *clocks) sample() {
	offset, width := wallclock.Offset(c.now, wallclock.Now)
	if c.sampled {
		moved := time.Duration(offset - c.offset).Abs()
		if moved > aStep+max(c.width, width) {
			c.steps++
		} else {
			c.jitter = max(c.jitter, moved)
		}
	}
	c.offset, c.width, c.sampled, c.bracket = offset, width, true, max(c.bracket, width)
	c.last, c.hasOther = others()
	c.last.at = c.now()
}

func (c *clocks) result() result.Clocks {
	us := func(d time.Duration) *float64 { return known(float64(d) / 1000) }
	r := result.Clocks{Source: clockSource(), BracketUs: us(c.bracket), JitterUs: us(c.jitter), Steps: c.steps}
	if c.hasOther {
		r.SlewPPM, r.SuspendedMs = c.first.against(c.last)
	}
	return r
}

// shortest is how long a measurement of slewing takes: a reading is off by a microsecond, one in a million of it.
const shortest = time.Second

// against is by how much the monotonic clock was slewed between two readings, and for how long the machine slept.
func (r reading) against(later reading) (ppm, suspendedMs *float64) {
	mono, raw, awake := later.mono-r.mono, later.raw-r.raw, later.awaken-r.awaken
	if time.Duration(raw) >= shortest {
		ppm = known(1e6 * (float64(mono)/float64(raw) - 1))
	}
	slept := time.Duration(awake - mono).Round(time.Microsecond).Microseconds() // an integer, which has no -0
	return ppm, known(float64(slept) / 1e3)
}
