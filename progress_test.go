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

// A request that the user has cut off is neither done nor failed.
func TestProgressOfWhatWasCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last Progress
		r := newReporter(func(p Progress) { last = p }, transport.NewClock(), 1, 1, 3)
		r.level(point{concurrency: 1, runs: 3}, 0)
		for _, failure := range []*record.Failure{nil, {Type: record.Reset}, {Type: record.Cancelled}} {
			rec := record.New()
			rec.Phase, rec.Failure = record.Measured, failure
			r.ended(rec)
		}
		r.report(func(*Progress) {})
		r.close()
		if last.Done != 2 || last.Failed != 1 {
			t.Errorf("%d done, %d failed; want 2, 1", last.Done, last.Failed)
		}
	})
}
