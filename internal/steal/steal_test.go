package steal

import (
	"math"
	"testing"
)

func TestIn(t *testing.T) {
	check := func(stat string, want Ticks) {
		t.Helper()
		if got := In(stat); got != want {
			t.Errorf("%q: %v, want %v", stat, got, want)
		}
	}
	check("cpu  10 20 30 40 5 6 7 8 90 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n", Ticks{8, 126}) // the guest's 90 are in the user's 10, whatever their sum here
	check("", Ticks{})
	check("cpu 1 2 3 4", Ticks{})
	check("cpu 1 2 3 4 5 6 7 x", Ticks{})
}

func TestSince(t *testing.T) {
	if share := (Ticks{110, 101_000}).Since(Ticks{10, 100_000}); share != 0.1 {
		t.Errorf("%v of 1,000 ticks, want 100", share)
	}
	if share := (Ticks{}).Since(Ticks{}); !math.IsNaN(share) {
		t.Errorf("%v of no time", share)
	}
}
