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
	wall     *wallclock.Watch
	bracket  time.Duration // the widest
	first    reading
	last     reading
	hasOther bool
}

// reading is the other clocks at one time, in ns.
type reading struct {
	at                time.Duration
	mono, raw, awaken int64 // CLOCK_MONOTONIC, …_RAW, …BOOTTIME
}

func newClocks(now func() time.Duration) *clocks {
	c := &clocks{now: now, wall: wallclock.NewWatch(now, wallclock.Now)}
	c.look()
	c.first = c.last
	return c
}

// sample notes how the clocks stand now.
func (c *clocks) sample() {
	c.wall.Sample()
	c.look()
}

func (c *clocks) look() {
	c.bracket = max(c.bracket, c.wall.Width)
	c.last, c.hasOther = others()
	c.last.at = c.now()
}

func (c *clocks) result() result.Clocks {
	us := func(d time.Duration) *float64 { return known(float64(d) / 1000) }
	r := result.Clocks{Source: clockSource(), BracketUs: us(c.bracket), JitterUs: us(c.wall.Jitter), Steps: c.wall.Steps}
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
