package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Within is what one run says about its own quantile. It says nothing about what another run would show.
type Within struct {
	Lower, Upper  float64 // NaN where TooCorrelated
	ESS           float64 // how many independent samples would tell as much
	Block         int     // cells a batch
	TooCorrelated bool    // dependence lasts too long for this run: there is no interval
}

const (
	lagsPerBlock  = 8   // a batch lasts as many times as long as it takes correlation to fall to 1/e
	timesPerBlock = 3   // and as many times as long as the variance of batches says that dependence lasts
	minBatches    = 10  // disjoint ones: the cap on blocks
	lagsPerRun    = 110 // a run lasts as many times as long as correlation takes to fall to 1/e: a busy queue may look calm for less
	minBeyond     = 5.0 // effective samples on the smaller side of the quantile
)

// Within is the interval of the q-quantile by overlapping batch means on the exceedance indicator (Meketon and
// Schmeiser, Overlapping batch means: something for nothing?, 1984), inverted: the variance of the share of samples up
// to the quantile gives the effective sample size, share·(1 - share)/variance; with the degrees of freedom of the
// variance, 1.5 (cells/block - 1), it becomes that of Korn and Graubard (Confidence intervals for proportions with
// small expected number of positive counts …, 1998), n·(z/t)²; and Clopper and Pearson's bounds for a share of q among
// so many are the ranks between which the quantile lies.
//
// The variance is at least that of a Gaussian process of the memory of the ranks: batches see too few clusters of a tail
// to be believed when they see none. A block is the shortest that holds enough of the dependence; one that would leave
// fewer than ten batches, a memory of more than a 110th of the run, or fewer than five effective samples on one side makes
// it TooCorrelated.
func (s *Series) Within(q, level float64) Within {
	w := Within{ESS: s.occupied(), Lower: math.NaN(), Upper: math.NaN(), TooCorrelated: true}
	if w.ESS == 0 {
		return w
	}
	r, share := s.residuals(s.tally.Quantile(q))
	block, fits := s.block(r)
	w.Block = block
	variance := max(batchVariance(r, block), batchVariance(r, 1)*dependence(s.memory, q)) / sq(float64(s.tally.N()))
	if variance > 0 {
		w.ESS = min(w.ESS, share*(1-share)/variance)
	}
	if !fits || w.ESS*min(q, 1-q) < minBeyond {
		return w
	}
	w.TooCorrelated = false
	t := studentsT(1.5 * (float64(len(r))/float64(block) - 1)).Quantile((1 + level) / 2)
	w.Lower, w.Upper = s.between(q, w.ESS*sq(distuv.UnitNormal.Quantile((1+level)/2)/t), level)
	return w
}

// between are Clopper and Pearson's bounds for a share q of n, as quantiles.
func (s *Series) between(q, n, level float64) (lower, upper float64) {
	low := distuv.Beta{Alpha: n * q, Beta: n*(1-q) + 1}.Quantile((1 - level) / 2)
	high := distuv.Beta{Alpha: n*q + 1, Beta: n * (1 - q)}.Quantile((1 + level) / 2)
	return s.tally.Quantile(low), s.tally.Quantile(high)
}

// residuals are, by cell, how many more samples are at most v than the share of all samples that is makes one expect.
func (s *Series) residuals(v float64) (r []float64, share float64) {
	r = s.sums(func(x float64) float64 {
		if x <= v {
			return 1
		}
		return 0
	})
	share = Mean(r) * float64(len(r)) / float64(s.tally.N())
	for c, count := range s.counts {
		r[c] -= share * float64(count)
	}
	return r, share
}

// block is the shortest batch, in cells, that is long against the dependence of the residuals and of the ranks. It
// fits unless that would take more than the cap.
func (s *Series) block(r []float64) (cells int, fits bool) {
	most := len(r) / minBatches
	oneR, oneRank := batchVariance(r, 1), batchVariance(s.ranks, 1)
	if oneR == 0 { // all samples are the same
		return 1, true
	}
	lag := -1 / math.Log(s.memory) // until correlation is 1/e
	start := max(2, int(math.Ceil(lagsPerBlock*lag)))
	if lagsPerRun*lag > float64(len(r)) {
		return max(min(start, most), 1), false
	}
	for b := start; b <= most; b += max(1, b/8) {
		lasts := max(batchVariance(r, b)/oneR, batchVariance(s.ranks, b)/oneRank)
		if float64(b) >= timesPerBlock*lasts {
			return b, true
		}
	}
	return max(most, 1), false
}

// batchVariance estimates the variance of the sum of all of r, whose mean is 0, from its overlapping batches of b.
func batchVariance(r []float64, b int) float64 {
	if len(r) <= b {
		return 0
	}
	sum, squares := 0.0, 0.0
	for i, x := range r {
		sum += x
		if i >= b {
			sum -= r[i-b]
		}
		if i >= b-1 {
			squares += sum * sum
		}
	}
	n, size := float64(len(r)), float64(b)
	return n * n / (size * (n - size + 1) * (n - size)) * squares
}

// dependence is how many times as much the share of samples below the q-quantile varies in a Gaussian process with
// correlations rho, rho², rho³, … as in an independent one: 1 + 2 Σ (P(both below) - q²)/(q (1 - q)), where P - q² is
// the integral over correlations c from 0 to rho^k of exp(-z²/(1 + c))/(2π √(1 - c²)), here with c = sin θ.
func dependence(rho, q float64) float64 {
	z2, sum := sq(distuv.UnitNormal.Quantile(q)), 0.0
	for c := rho; c > 0.01; c *= rho {
		const steps = 16
		width := math.Asin(c) / steps
		for i := range steps {
			sum += width / (2 * math.Pi) * math.Exp(-z2/(1+math.Sin(width*(float64(i)+0.5))))
		}
	}
	return 1 + 2*sum/(q*(1-q))
}
