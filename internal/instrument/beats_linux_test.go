package instrument

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// A heartbeat of no beats, on a thread that has worked for others before: what those took is not its own.
func TestBeatsCountTheirOwnAlone(t *testing.T) {
	b := &beats{now: func() time.Duration { return 0 }, cpus: []int{-1}, cost: make([]float64, 1), waits: make([]turns, 1)}
	b.stopped.Store(true)
	var before float64
	var had turns
	var thread sync.WaitGroup
	thread.Go(func() {
		runtime.LockOSThread()
		for before < 0.05 {
			before, had = account()
		}
		b.run(0)
	})
	thread.Wait()
	if b.cost[0] >= before {
		t.Errorf("a heartbeat that has not begun took %v s, of which others had %v s", b.cost[0], before)
	}
	if ran := b.waits[0].ran; ran < 0 || ran >= had.ran {
		t.Errorf("a heartbeat that has not begun ran for %v s, of which others had %v s", ran, had.ran)
	}
}
