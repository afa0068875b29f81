package stats

import (
	"math"
	"testing"
)

// SciPy 1.17.1: the least h with binom.cdf(t, h + t, 1 - q) <= 0.01, plus t. For p90 and p99 these are also the numbers
// of queries that LoadGen asks for.
func TestEarlyStoppingSamples(t *testing.T) {
	over := []int{0, 1, 2, 5, 10, 20, 50, 100}
	for q, want := range map[float64][]int{
		0.5:   {7, 11, 14, 22, 35, 59, 128, 237},
		0.9:   {44, 64, 81, 127, 197, 325, 681, 1246},
		0.99:  {459, 662, 838, 1307, 2010, 3304, 6898, 12571},
		0.999: {4603, 6636, 8403, 13105, 20140, 33097, 69058, 125826},
	} {
		for i, samples := range want {
			if got := EarlyStoppingSamples(q, over[i]); got != samples {
				t.Errorf("q %v with %d above: %d samples, want %d", q, over[i], got, samples)
			}
		}
	}
}

// By the table above: 661 samples bound no p99, 662 by their largest, 837 too, 838 by the one below, 1307 by the fifth.
func TestEarlyStopping(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 0, 661: 0, 662: 1, 837: 1, 838: 2, 1307: 5, 12570: 99, 12571: 100} {
		sorted := make([]float64, n)
		for i := range sorted {
			sorted[i] = float64(i)
		}
		upper, above := EarlyStopping(sorted, 0.99)
		bound := float64(n - want)
		if want == 0 {
			bound = math.NaN()
		}
		if near(t, "bound", upper, bound, 0); above != want {
			t.Errorf("%d samples: the %d-th largest, want the %d-th", n, above, want)
		}
	}
	if _, above := EarlyStopping(make([]float64, 1000), math.Nextafter(1, 0)); above != 0 {
		t.Error("a quantile next to 1 is bounded by 1,000 samples")
	}
}
