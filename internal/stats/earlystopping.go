package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// EarlyStoppingConfidence is that of MLPerf's LoadGen.
const EarlyStoppingConfidence = 0.99

// EarlyStopping is an upper bound on the q-quantile of sorted samples as MLPerf's LoadGen makes it (the early stopping of
// its single-stream scenario, with a tolerance of 0): the t-th largest sample, with the largest t for which there are
// EarlyStoppingSamples(q, t). It holds with EarlyStoppingConfidence if samples are independent; where neighbours are alike,
// as with a busy server, less often. NaN, and t = 0, where there are too few.
func EarlyStopping(sorted []float64, q float64) (upper float64, t int) {
	n := len(sorted)
	t = sort.Search(max(n-1, 0), func(i int) bool { return !showsShare(q, n-(i+1), i+1) })
	if t == 0 {
		return math.NaN(), 0
	}
	return sorted[n-t], t
}

// EarlyStoppingSamples is how many samples a bound takes that leaves out the t - 1 largest.
func EarlyStoppingSamples(q float64, t int) int {
	const most = 1 << 50
	return sort.Search(most, func(i int) bool { return showsShare(q, i+1, t) }) + 1 + t
}

// showsShare reports whether h samples below a limit and t above it show that a share q of all is below: whether t or
// fewer above, Σ_{x ≤ t} C(h+t, x) q^(h+t-x) (1-q)^x = I_q(h, t + 1), is rare enough if the share is q.
func showsShare(q float64, h, t int) bool {
	return mathext.RegIncBeta(float64(h), float64(t+1), q) <= 1-EarlyStoppingConfidence
}
