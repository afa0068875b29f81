package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// maxExact is up to how many samples in all MannWhitney counts every way of dealing them; it takes n⁴ steps.
const maxExact = 60

// MannWhitney is U of ys over xs (pairs with y above x, ties half: 0 to nx·ny) and the two-sided p value of the
// hypothesis that both come from one distribution (Mann and Whitney, On a test of whether one of two random variables
// is stochastically larger than the other, 1947). p is exact, with ties too: twice the smaller tail over all ways of
// dealing the samples. Beyond 60 samples it is the normal approximation, corrected for ties and continuity.
func MannWhitney(xs, ys []float64) (u, p float64) {
	nx, ny := len(xs), len(ys)
	if nx == 0 || ny == 0 {
		return math.NaN(), math.NaN()
	}
	ranks := doubledRanks(xs, ys)
	sum := 0
	for _, r := range ranks[nx:] {
		sum += r
	}
	u = float64(sum-ny*(ny+1)) / 2
	if nx+ny > maxExact {
		return u, approximateU(u, ranks, nx, ny)
	}
	return u, exactRankSum(ranks, ny, sum)
}

// doubledRanks are twice the ranks of the samples of both lists, so that those of ties, means of ranks, are whole.
func doubledRanks(xs, ys []float64) []int {
	all := slices.Concat(xs, ys)
	sorted := Sorted(all)
	ranks := make([]int, len(all))
	for i, x := range all {
		first, _ := slices.BinarySearch(sorted, x)
		last := first
		for last < len(sorted) && sorted[last] == x {
			last++
		}
		ranks[i] = first + 1 + last
	}
	return ranks
}

// exactRankSum is twice the smaller tail of the sum of k of the ranks, all choices of which are equally likely.
// ways[j][s] counts those of j ranks whose sum is s.
func exactRankSum(ranks []int, k, observed int) float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	ways := make([][]float64, k+1)
	for j := range ways {
		ways[j] = make([]float64, total+1)
	}
	ways[0][0] = 1
	for _, r := range ranks {
		for j := k; j >= 1; j-- {
			for s := total; s >= r; s-- {
				ways[j][s] += ways[j-1][s-r]
			}
		}
	}
	var below, above, all float64
	for s, n := range ways[k] {
		all += n
		if s <= observed {
			below += n
		}
		if s >= observed {
			above += n
		}
	}
	return min(1, 2*min(below, above)/all)
}

// approximateU takes U as normal, with the variance nx·ny/12 · (n + 1 - Σ(t³ - t)/(n(n - 1))) over groups of t ties.
func approximateU(u float64, ranks []int, nx, ny int) float64 {
	n := float64(nx + ny)
	groups := map[int]float64{}
	for _, r := range ranks {
		groups[r]++
	}
	ties := 0.0
	for _, t := range groups {
		ties += t*t*t - t
	}
	pairs := float64(nx) * float64(ny)
	std := math.Sqrt(pairs / 12 * (n + 1 - ties/(n*(n-1))))
	distance := max(math.Abs(u-pairs/2)-0.5, 0)
	if std == 0 {
		return 1
	}
	return 2 * distuv.UnitNormal.Survival(distance/std)
}
