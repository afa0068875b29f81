package splleed

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/transport"
)

// A terminal that takes no more (Ctrl-S, say) does not hold up the load: requests go on to be counted, and are told of
// once it takes more.
func TestSlowProgressHoldsUpNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		stuck := make(chan struct{})
		r := newReporter(func(p Progress) {
			<-stuck
			told = append(told, p.Done)
		}, transport.NewClock(), 1, 1, 3)
		go r.level(point{concurrency: 1, runs: 3}, 0)
		synctest.Wait()
		for range 3 {
			rec := record.New()
			rec.Phase = record.Measured
			r.ended(rec) // would be a deadlock
		}
		close(stuck)
		synctest.Wait()
		r.report(func(*Progress) {})
		r.close()
		if !slices.Equal(told, []int{0, 3}) {
			t.Errorf("told of %v requests done, want 0 and then 3", told)
		}
	})
}
