package schedule

import (
	"math"
	"slices"
	"testing"
	"time"
)

func draw(t *testing.T, name string, rate, burstiness float64, seed uint64, n int) []time.Duration {
	t.Helper()
	next, err := New(name, Steady(rate), burstiness, seed)
	if err != nil {
		t.Fatal(err)
	}
	due := make([]time.Duration, n)
	for i := range due {
		due[i] = next()
	}
	return due
}

func TestConstantIsExact(t *testing.T) {
	due := draw(t, "constant", 3, 1, 1, 9000)
	for _, i := range []int{1, 2, 3, 8999, 9000} {
		if want := time.Duration(float64(i) / 3 * 1e9); due[i-1] != want {
			t.Errorf("arrival %d is due at %v, want %v", i, due[i-1], want)
		}
	}
}

// Gaps have the rate's mean and the process's squared coefficient of variation: 1 for Poisson, 1/shape for gamma.
// With 100,000 gaps the standard error of the mean is at most 0.0063 of it (shape 0.25), and of cv² below 0.05.
func TestMomentsOfGaps(t *testing.T) {
	check := func(name string, burstiness, wantCV2 float64) {
		t.Helper()
		due := draw(t, name, 50, burstiness, 7, 100_000)
		prev, sum, squares := time.Duration(0), 0.0, 0.0
		for _, d := range due {
			gap := (d - prev).Seconds()
			prev, sum, squares = d, sum+gap, squares+gap*gap
		}
		mean := sum / float64(len(due))
		cv2 := squares/float64(len(due))/(mean*mean) - 1
		if math.Abs(mean*50-1) > 0.03 {
			t.Errorf("%s: mean gap × rate = %v, want 1", name, mean*50)
		}
		if math.Abs(cv2-wantCV2) > 0.05*max(wantCV2, 1) {
			t.Errorf("%s(%v): cv² = %v, want %v", name, burstiness, cv2, wantCV2)
		}
	}
	check("poisson", 1, 1)
	check("gamma", 1, 1)
	check("gamma", 4, 0.25)
	check("gamma", 0.25, 4)
}

// One in e of the gaps of a Poisson process is longer than its mean.
func TestPoissonIsExponential(t *testing.T) {
	due := draw(t, "poisson", 1, 1, 3, 100_000)
	long, prev := 0, time.Duration(0)
	for _, d := range due {
		if d-prev > time.Second {
			long++
		}
		prev = d
	}
	if share := float64(long) / 100_000; math.Abs(share-1/math.E) > 0.006 { // 4 standard errors
		t.Errorf("share of gaps over the mean = %v, want %v", share, 1/math.E)
	}
}

func TestSeeds(t *testing.T) {
	a, b, c := draw(t, "gamma", 5, 2, 1, 50), draw(t, "gamma", 5, 2, 1, 50), draw(t, "gamma", 5, 2, 2, 50)
	if !slices.Equal(a, b) {
		t.Error("the same seed gave other arrivals")
	}
	if slices.Equal(a, c) {
		t.Error("another seed gave the same arrivals")
	}
	if !slices.IsSorted(a) || a[0] <= 0 {
		t.Errorf("arrivals are not in order after a first gap: %v", a[:5])
	}
}

func TestUnknownPattern(t *testing.T) {
	if _, err := New("uniform", Steady(1), 1, 1); err == nil {
		t.Error("an unknown pattern was accepted")
	}
}
