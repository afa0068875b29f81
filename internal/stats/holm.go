package stats

import (
	"cmp"
	"slices"
)

// Holm adjusts p values for being many: the i-th smallest of m becomes the largest of (m - j + 1)·p(j), j ≤ i, at most
// 1. Those below α then hold together, with a probability of α at most that any is false, however they depend on each
// other (Holm, A simple sequentially rejective multiple test procedure, 1979).
func Holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	adjusted := make([]float64, len(ps))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, float64(len(ps)-rank)*ps[i])
		adjusted[i] = min(largest, 1)
	}
	return adjusted
}
