package stats

import (
	"math"
	"slices"
)

// Series is the samples of one run, in cells in order of time. What falls into one cell is summed up before anything
// else, so that dependence within a cell counts in full. It is made once and asked for several quantiles.
type Series struct {
	values []float64
	ends   []int // of each cell in values
	sorted []float64
	ranks  []float64 // summed by cell, around their mean
	memory float64
}

// NewSeries makes every sample a cell, for things that happen one after another.
func NewSeries(values []float64) *Series {
	ends := make([]int, len(values))
	for i := range ends {
		ends[i] = i + 1
	}
	return newSeries(values, ends)
}

// NewCells takes samples by spans of time of equal length. A cell may be empty.
func NewCells(cells [][]float64) *Series {
	ends := make([]int, len(cells))
	for i, c := range cells {
		ends[i] = len(c)
		if i > 0 {
			ends[i] += ends[i-1]
		}
	}
	return newSeries(slices.Concat(cells...), ends)
}

func newSeries(values []float64, ends []int) *Series {
	s := &Series{values: values, ends: ends, sorted: Sorted(values)}
	half := float64(len(values)-1) / 2
	s.ranks = s.sums(func(x float64) float64 {
		rank, _ := slices.BinarySearch(s.sorted, x)
		return float64(rank) - half
	})
	mean := Mean(s.ranks)
	for i := range s.ranks {
		s.ranks[i] -= mean
	}
	s.memory = memory(s.ranks)
	return s
}

// sums are the sums of f over the samples of each cell.
func (s *Series) sums(f func(float64) float64) []float64 {
	sums, begin := make([]float64, len(s.ends)), 0
	for c, end := range s.ends {
		for _, x := range s.values[begin:end] {
			sums[c] += f(x)
		}
		begin = end
	}
	return sums
}

// occupied is how many cells are not empty.
func (s *Series) occupied() float64 {
	n, begin := 0, 0
	for _, end := range s.ends {
		if end > begin {
			n++
		}
		begin = end
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
