package transport

import (
	"testing"
	"time"

	"github.com/splleed/splleed/internal/wallclock"
)

func TestRealtime(t *testing.T) {
	clock := NewClock()
	moved := time.Duration(0)
	wall := func() int64 { return wallclock.Now() + int64(moved) }
	r := newRealtime(clock, wall)
	check := func(steps int) {
		t.Helper()
		r.sample()
		before, at, after := clock.Now(), r.at(wall()), clock.Now()
		if slack := 100 * time.Microsecond; at < before-slack || at > after+slack || r.Steps != steps {
			t.Errorf("%v is not in [%v, %v], or %d steps are not %d", at, before, after, r.Steps, steps)
		}
	}
	moved = 3 * time.Second
	check(1)
	moved = -time.Hour
	check(2)
}
