package instrument

import (
	"testing"
	"testing/synctest"
	"time"
)

// A wall clock that was read with little certainty, and then with much, has not been set.
func TestAWideReadingIsNoStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, pause := time.Now(), 50*time.Microsecond
		c := newClocks(func() time.Duration {
			time.Sleep(pause) // after the wall clock is read, so that the middle is not when it was
			return time.Since(begin)
		})
		pause = 0
		c.sample()
		if c.wall.Steps != 0 || c.wall.Jitter != 25*time.Microsecond {
			t.Errorf("%d steps, jitter %v; want none, half of the reading's width", c.wall.Steps, c.wall.Jitter)
		}
		begin = begin.Add(time.Millisecond)
		if c.sample(); c.wall.Steps != 1 {
			t.Errorf("%d steps, want 1", c.wall.Steps)
		}
	})
}
