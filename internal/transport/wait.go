package transport

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// coarse is how late a timer may fire: the runtime waits for the network in whole milliseconds.
const coarse = 1200 * time.Microsecond

// spinner lets one goroutine of an engine at a time spend the last stretch before it is due in the scheduler instead of
// asleep. That keeps the timers of the others on time too, since the scheduler looks at them in every round.
type spinner struct{ busy atomic.Bool }

// until returns when the clock has reached due, or false when ctx has ended first.
func (s *spinner) until(ctx context.Context, clock Clock, due time.Duration) bool {
	for ctx.Err() == nil {
		left := due - clock.Now()
		switch {
		case left <= 0:
			return true
		case left > coarse:
			pause(ctx, left-coarse)
		case runtime.GOMAXPROCS(0) > 1 && s.busy.CompareAndSwap(false, true):
			spin(clock, due) // with a single core nobody would look at the network meanwhile
			s.busy.Store(false)
		default:
			pause(ctx, left)
		}
	}
	return false
}

// spin yields until due. A clock that stands still between two looks is virtual, or coarser than sleep: sleep.
func spin(clock Clock, due time.Duration) {
	for last := clock.Now(); last < due; {
		runtime.Gosched()
		now := clock.Now()
		if now == last {
			time.Sleep(due - now)
		}
		last = now
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
