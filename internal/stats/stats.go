// Package stats turns floats into estimates and warnings. It knows no word of LLM serving.
package stats

import (
	"math"
	"slices"
)

// Mean is the arithmetic mean; NaN of nothing.
func Mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// Std is the standard deviation of the sample (divisor n - 1); NaN of fewer than two.
func Std(xs []float64) float64 {
	if len(xs) < 2 {
		return math.NaN()
	}
	mean, sum := Mean(xs), 0.0
	for _, x := range xs {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(len(xs)-1))
}

// Quantile is the q-quantile of sorted samples, by Hyndman and Fan's type 7 (Sample quantiles in statistical packages,
// 1996; NumPy's default): linear between the order statistics around (n - 1) q. It is +Inf as soon as it leans on a sample that is, and NaN of nothing.
func Quantile(sorted []float64, q float64) float64 {
	return QuantileOf(len(sorted), func(i int) float64 { return sorted[i] }, q)
}

// QuantileOf is the q-quantile of n samples, of which at tells the i-th smallest.
func QuantileOf(n int, at func(i int) float64, q float64) float64 {
	if n == 0 {
		return math.NaN()
	}
	h := float64(n-1) * q
	i := int(h)
	x, frac := at(i), h-math.Floor(h)
	if frac == 0 {
		return x
	}
	// Two infinite neighbours have no difference.
	if next := at(i + 1); next > x {
		return x + frac*(next-x)
	}
	return x
}

// MinSamples is how many independent samples give the q-quantile a two-sided 95 % interval by order statistics: the
// least n at which each tail beyond the extreme samples has at most 2.5 %, max(q, 1-q)^n <= 0.025 (Hahn and Meeker,
// Statistical Intervals, 1991): 6, 36, 72, 368, 3688 for p50, p90, p95, p99, p99.9.
func MinSamples(q float64) int {
	return int(math.Ceil(math.Log(0.025) / math.Log(max(q, 1-q))))
}

// Sorted returns a sorted copy.
func Sorted(xs []float64) []float64 {
	ys := slices.Clone(xs)
	slices.Sort(ys)
	return ys
}
