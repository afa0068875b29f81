package transport

import (
	"testing"
	"time"
)

func TestRealtime(t *testing.T) {
	clock := NewClock()
	moved := time.Duration(0)
	r := newRealtime(clock)
	real := r.wall
	r.wall = func() int64 { return real() + int64(moved) }
	check := func(steps int) {
		t.Helper()
		r.sample()
		before, at, after := clock.Now(), r.at(r.wall()), clock.Now()
		if slack := 100 * time.Microsecond; at < before-slack || at > after+slack || r.steps != steps {
			t.Errorf("%v is not in [%v, %v], or %d steps are not %d", at, before, after, r.steps, steps)
		}
	}
	moved = 3 * time.Second
	check(1)
	moved = -time.Hour
	check(2)
}
