package wallclock

import (
	"testing"
	"testing/synctest"
	"time"
)

const ahead = 3 * time.Hour

// slow is a pair of clocks, the wall clock of which takes a pause before it is read and after.
func slow(pause func() time.Duration) (now func() time.Duration, wall func() int64) {
	begin := time.Now()
	now = func() time.Duration { return time.Since(begin) }
	return now, func() int64 {
		p := pause()
		time.Sleep(p)
		at := int64(now() + ahead)
		time.Sleep(p)
		return at
	}
}

// The reading that nothing came between is the one that counts.
func TestOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reading := 0
		w := NewWatch(slow(func() time.Duration {
			if reading++; reading == 3 {
				return time.Microsecond
			}
			return time.Millisecond
		}))
		if time.Duration(w.Offset) != ahead || w.Width != 2*time.Microsecond {
			t.Errorf("%v, read within %v; want %v within 2µs", time.Duration(w.Offset), w.Width, ahead)
		}
	})
}

func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, wall := slow(func() time.Duration { return 0 })
		moved := time.Duration(0)
		w := NewWatch(now, func() int64 { return wall() + int64(moved) })
		check := func(to time.Duration, steps int, jitter time.Duration) {
			t.Helper()
			moved = to
			if w.Sample(); w.Steps != steps || w.Jitter != jitter || time.Duration(w.Offset) != ahead+to {
				t.Errorf("moved to %v: %d steps, jitter %v, want %d, %v", to, w.Steps, w.Jitter, steps, jitter)
			}
		}
		check(0, 0, 0)
		check(4*time.Microsecond, 0, 4*time.Microsecond)
		check(time.Second, 1, 4*time.Microsecond)
		check(-time.Hour, 2, 4*time.Microsecond)
	})
}
