package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Share is what samples say about the share of all that lie above a limit.
type Share struct {
	Above float64 // of the samples
	N     int     // samples
	ESS   float64 // how many independent ones would tell as much
}

// Above is the share of a run's samples above a limit that a share of about q should not exceed. Its effective sample
// size is made as Within's is, at the limit in place of the quantile; where no sample is above the limit, or all are,
// the memory of the ranks alone tells how dependent they are. A run that is too short for its memory counts as no more
// samples than the batches that it holds: so few can still tell that all of them miss, but not that none does. One cell
// alone, of however many samples, counts as one: nothing says how much it varies.
func (s *Series) Above(limit, q, level float64) Share {
	out := Share{N: s.tally.N()}
	if out.N == 0 {
		return out
	}
	r, below := s.residuals(limit)
	out.Above, out.ESS = 1-below, s.occupied()/dependence(s.memory, q)
	decisive := r
	if batchVariance(r, 1) == 0 {
		decisive = s.ranks
	}
	block, fits := s.block(decisive)
	if !fits {
		lag := -1 / math.Log(s.memory)
		out.ESS = max(1, min(out.ESS, minBatches, float64(len(r))/(lagsPerBlock*lag)))
		return out
	}
	if len(r) < 2 {
		return out
	}
	variance := max(batchVariance(r, block), batchVariance(r, 1)*dependence(s.memory, q)) / sq(float64(out.N))
	if variance > 0 {
		out.ESS = min(out.ESS, out.Above*below/variance)
	}
	t := studentsT(1.5 * (float64(len(r))/float64(block) - 1)).Quantile((1 + level) / 2)
	out.ESS *= sq(distuv.UnitNormal.Quantile((1+level)/2) / t)
	return out
}

// Pooled is the share over several runs, independent of each other.
func Pooled(runs []Share) Share {
	var out Share
	above := 0.0
	for _, s := range runs {
		above += s.Above * float64(s.N)
		out.N, out.ESS = out.N+s.N, out.ESS+s.ESS
	}
	if out.N > 0 {
		out.Above = above / float64(out.N)
	}
	return out
}

// Interval is that of Clopper and Pearson (The use of confidence or fiducial limits …, 1934) for so many of so many
// effective samples; [0, 1] of none.
func (s Share) Interval(level float64) (lower, upper float64) {
	above, below := s.Above*s.ESS, (1-s.Above)*s.ESS
	lower, upper = 0, 1
	if above > 0 {
		lower = distuv.Beta{Alpha: above, Beta: below + 1}.Quantile((1 - level) / 2)
	}
	if below > 0 {
		upper = distuv.Beta{Alpha: above + 1, Beta: below}.Quantile((1 + level) / 2)
	}
	return lower, upper
}

// Needed is how many samples would likely set the share apart from an allowed one, if it stays; 0 where that is more
// than a million times as many, or where there are none.
func (s Share) Needed(allowed, level float64) int {
	clear := func(k float64) bool {
		lower, upper := Share{s.Above, s.N, k * s.ESS}.Interval(level)
		return upper <= allowed || lower > allowed
	}
	low, high := 0.0, 1.0
	for ; !clear(high); low, high = high, 2*high {
		if high > 1e6 || s.ESS == 0 {
			return 0
		}
	}
	for high-low > 0.01*high {
		if middle := (low + high) / 2; clear(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return int(math.Ceil(high * float64(s.N)))
}
