package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A tally says what the sorted samples themselves do.
func TestTallyIsItsSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, fewest - 1, fewest, 5 * fewest} {
		var tally Tally
		var xs []float64
		for range n {
			x := math.Round(rng.NormFloat64()*1000) / 100
			if rng.IntN(20) == 0 {
				x = 1000 // far off, and often
			}
			xs = append(xs, x)
			tally.Add(x)
		}
		slices.Sort(xs)
		if tally.N() != n {
			t.Fatalf("%d samples, want %d", tally.N(), n)
		}
		for i, x := range xs {
			if tally.At(i) != x {
				t.Fatalf("%d: sample %d is %v, want %v", n, i, tally.At(i), x)
			}
		}
		for _, x := range []float64{-1e9, -1.27, 0, 0.005, 1, 1000, 1e9} {
			below, _ := slices.BinarySearch(xs, x)
			upTo, _ := slices.BinarySearch(xs, math.Nextafter(x, math.Inf(1)))
			if tally.Below(x) != below || tally.UpTo(x) != upTo {
				t.Errorf("%d: %d below %v and %d up to it, want %d and %d", n, tally.Below(x), x, tally.UpTo(x), below, upTo)
			}
		}
		for _, q := range []float64{0, 0.5, 0.99, 0.999, 1} {
			if got, want := tally.Quantile(q), Quantile(xs, q); got != want && n > 0 {
				t.Errorf("%d: quantile %v is %v, want %v", n, q, got, want)
			}
		}
		if n > 1 {
			near(t, "mean", tally.Mean(), Mean(xs), 1e-9)
			near(t, "standard deviation", tally.Std(), Std(xs), 1e-9)
		} else if !math.IsNaN(tally.Std()) {
			t.Error("a standard deviation of fewer than two")
		}
	}
}

func TestTallyOfTheEndless(t *testing.T) {
	var tally Tally
	for _, x := range []float64{1, math.Inf(1), 2, math.Inf(1)} {
		tally.Add(x)
	}
	if !math.IsInf(tally.Mean(), 1) || tally.Below(math.Inf(1)) != 2 || tally.Quantile(1.0/3) != 2 || !math.IsInf(tally.Quantile(0.5), 1) {
		t.Errorf("%v, %v, %v, %v", tally.Mean(), tally.Below(math.Inf(1)), tally.Quantile(1.0/3), tally.Quantile(0.5))
	}
}

// A million samples of a thousand values take the memory of a thousand.
func TestTallyIsAsLargeAsItsValues(t *testing.T) {
	var tally Tally
	for i := range 1_000_000 {
		tally.Add(float64(i % 1000))
	}
	if size := cap(tally.values) + cap(tally.upTo) + cap(tally.waiting); tally.N() != 1_000_000 || size > 5*fewest {
		t.Errorf("%d numbers are kept of %d samples", size, tally.N())
	}
}
