package stats

import (
	"math"
	"slices"
)

// Transient is what the beginning of a series does to its mean.
type Transient struct {
	Cut   int     // samples to leave out for the mean of the rest to be known best: a multiple of five, a third at most
	Bias  float64 // mean of all less that of the rest
	Shown bool    // the beginning differs from the rest beyond chance
	Lasts bool    // and the rest still changes: there is no steady state
}

const (
	perMean      = 5  // samples of a mean: MSER-5
	mostCut      = 3  // the part of the series that may be cut, as its inverse
	scoreBatches = 10 // of the second half, for its variance
	scoreLevel   = 0.99
	minTransient = 100 // samples to look for one
)

// FindTransient looks for one in samples in order of time; false where they are too few.
//
// Where to cut says MSER-5 (White, An effective truncation heuristic for bias reduction in simulation output, 1997): of
// the means Z of every five samples, m in all, the first d are left out, with the d ≤ m/3 that makes
// Σ(Z - mean Z)²/(m - d)² over the others smallest, the squared standard error of their mean if they were independent.
// It always finds a place, in noise too. Whether there is a transient says initialBias, of the whole series and of the rest.
func FindTransient(xs []float64) (t Transient, ok bool) {
	if len(xs) < minTransient {
		return Transient{}, false
	}
	t.Cut = mser(xs)
	rest := xs[t.Cut:]
	t.Bias = Mean(xs) - Mean(rest)
	limit := studentsT(scoreBatches - 1).Quantile((1 + scoreLevel) / 2)
	t.Shown = math.Abs(initialBias(xs)) > limit
	t.Lasts = t.Shown && math.Abs(initialBias(rest)) > limit
	return t, true
}

// mser is how many samples MSER-5 leaves out. It goes backwards, so that every sum is that of the one before and one more.
func mser(xs []float64) int {
	m := len(xs) / perMean
	least, cut := math.Inf(1), 0
	var mean, squares float64 // of the means from d on, by Welford's recurrence
	for d := m - 1; d >= 0; d-- {
		n := float64(m - d)
		z := Mean(xs[d*perMean : (d+1)*perMean])
		off := z - mean
		mean += off / n
		squares += off * (z - mean)
		if v := squares / (n * n); d <= m/mostCut && v <= least {
			least, cut = v, d
		}
	}
	return cut * perMean
}

// initialBias is the statistic of Schruben, Singh and Tierney (Optimal tests for initialization bias in simulation
// output, 1983): √45/(n^1.5 σ) Σ (1 - k/n) Σ_{i ≤ k} (mean - x_i), with the weight on the beginning. Without a trend it is
// standard normal; with the variance σ² of the second half, which a transient leaves alone, Student's t. Infinite
// where that half does not vary and the first does.
func initialBias(xs []float64) float64 {
	if slices.Min(xs) == slices.Max(xs) { // sums of equal numbers are not exact
		return 0
	}
	mean, n := Mean(xs), float64(len(xs))
	below, area := 0.0, 0.0
	for k, x := range xs {
		below += mean - x
		area += (1 - float64(k+1)/n) * below
	}
	return math.Sqrt(45/longVariance(xs[len(xs)/2:])) * area / math.Pow(n, 1.5)
}

// longVariance is n times the variance of the mean of xs, from ten batches, and at least that of a process of the same
// memory: s² (1 + r)/(1 - r).
func longVariance(xs []float64) float64 {
	size := len(xs) / scoreBatches
	means, around := make([]float64, scoreBatches), make([]float64, len(xs))
	for i := range means {
		means[i] = Mean(xs[i*size : (i+1)*size])
	}
	mean := Mean(xs)
	for i, x := range xs {
		around[i] = x - mean
	}
	r := memory(around)
	return max(float64(size)*sq(Std(means)), sq(Std(xs))*(1+r)/(1-r))
}
