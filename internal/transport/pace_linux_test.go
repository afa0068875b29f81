package transport

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	var p pace
	now := time.Duration(0)
	// period plays one of so many reads, of which some are not stamped or bring several payloads.
	period := func(reads, unstamped, merged int) time.Duration {
		for i := range reads {
			payloads := 1
			if i < merged {
				payloads = 2
			}
			p.count(payloads, i >= unstamped)
		}
		now += pacePeriod
		p.adjust(now)
		return p.nap
	}
	check := func(got, want time.Duration) {
		t.Helper()
		if got != want {
			t.Errorf("nap of %v, want %v", got, want)
		}
	}
	check(period(busyReads-1, 0, 0), 0)
	check(period(busyReads, 0, 0), napStep)
	for range 10 {
		period(500, 0, 0)
	}
	check(p.nap, longestNap)
	check(period(500, 0, 5), longestNap) // one in a hundred may be merged
	check(period(500, 1, 0), 0)          // the client's own stamps are as late as the nap is long
	check(period(500, 0, 0), napStep)
	check(period(500, 0, 6), 0)
	check(period(500, 0, 0), 0) // not again so soon
	now += afterMerges
	check(period(busyReads, 0, 0), 0) // that is few, over a second
	check(period(500, 0, 0), napStep)
}
