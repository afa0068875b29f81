package stats

import (
	"iter"
	"math"
	"slices"
)

// Series is the samples of one run, in cells in order of time. What falls into one cell is summed up before anything
// else, so that dependence within a cell counts in full. It is made once and asked for several quantiles.
type Series struct {
	each   iter.Seq2[int, float64] // every sample with its cell, as often as it takes
	counts []int                   // samples by cell
	tally  Tally
	ranks  []float64 // summed by cell, around their mean
	memory float64
}

// NewSeries makes every sample a cell, for things that happen one after another.
func NewSeries(values []float64) *Series { return NewTimed(len(values), slices.All(values)) }

// NewCells takes samples by spans of time of equal length. A cell may be empty.
func NewCells(cells [][]float64) *Series {
	return NewTimed(len(cells), func(yield func(int, float64) bool) {
		for c, xs := range cells {
			for _, x := range xs {
				if !yield(c, x) {
					return
				}
			}
		}
	})
}

// NewTimed takes samples with the numbers of their cells, in any order but always the same. It goes over them again and
// again instead of keeping them.
func NewTimed(cells int, each iter.Seq2[int, float64]) *Series {
	s := &Series{each: each, counts: make([]int, cells)}
	for c, x := range each {
		s.counts[c]++
		s.tally.Add(x)
	}
	half := float64(s.tally.N()-1) / 2
	s.ranks = s.sums(func(x float64) float64 { return float64(s.tally.Below(x)) - half })
	mean := Mean(s.ranks)
	for i := range s.ranks {
		s.ranks[i] -= mean
	}
	s.memory = memory(s.ranks)
	return s
}

// sums are the sums of f over the samples of each cell.
func (s *Series) sums(f func(float64) float64) []float64 {
	sums := make([]float64, len(s.counts))
	for c, x := range s.each {
		sums[c] += f(x)
	}
	return sums
}

// occupied is how many cells are not empty.
func (s *Series) occupied() float64 {
	n := 0
	for _, count := range s.counts {
		if count > 0 {
			n++
		}
	}
	return float64(n)
}

// memory is the correlation of neighbours in a process of geometric memory that forgets as fast as xs: from the first
// lag at which their correlation is below 1/e. The correlation of neighbours themselves would not do: that of the
// sojourn times of a queue is low, since every service is new, while the queue behind it lasts.
func memory(xs []float64) float64 {
	total := 0.0
	for _, x := range xs {
		total += x * x
	}
	if total == 0 {
		return 0
	}
	for lag := 1; lag < len(xs); lag++ {
		sum := 0.0
		for i, x := range xs[lag:] {
			sum += x * xs[i]
		}
		// At the last lag blocks are at their cap anyway.
		if c := sum / total; c < 1/math.E || lag*lagsPerBlock*minBatches > len(xs) {
			return math.Pow(max(c, 0), 1/float64(lag))
		}
	}
	return 0
}
