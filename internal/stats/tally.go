package stats

import (
	"math"
	"slices"
)

// Tally is samples as how often each value came: it takes as much memory as there are distinct values, however many the
// samples are. Stamps come in steps of 100 ns, so latencies of less than a second have few. The zero value is empty.
type Tally struct {
	values  []float64 // distinct, ascending
	upTo    []int     // how many samples are no larger than each of them
	waiting []float64 // samples that are not among them yet
}

// fewest is how many samples wait at least, until they are sorted in.
const fewest = 1024

// Add adds a sample.
func (t *Tally) Add(x float64) {
	if t.waiting = append(t.waiting, x); len(t.waiting) >= max(fewest, len(t.values)) {
		t.sortIn()
	}
}

// sortIn merges what waits.
func (t *Tally) sortIn() {
	if len(t.waiting) == 0 {
		return
	}
	slices.Sort(t.waiting)
	var merged Tally
	for i, j := 0, 0; i < len(t.values) || j < len(t.waiting); {
		if j == len(t.waiting) || i < len(t.values) && t.values[i] <= t.waiting[j] {
			merged.put(t.values[i], t.times(i))
			i++
		} else {
			merged.put(t.waiting[j], 1)
			j++
		}
	}
	t.values, t.upTo, t.waiting = slices.Clip(merged.values), slices.Clip(merged.upTo), t.waiting[:0]
}

// put adds n samples that are no smaller than any before.
func (t *Tally) put(x float64, n int) {
	last := len(t.values) - 1
	switch {
	case last < 0:
		t.values, t.upTo = append(t.values, x), append(t.upTo, n)
	case t.values[last] == x:
		t.upTo[last] += n
	default:
		t.values, t.upTo = append(t.values, x), append(t.upTo, t.upTo[last]+n)
	}
}

// times is how often value i came.
func (t *Tally) times(i int) int {
	if i == 0 {
		return t.upTo[0]
	}
	return t.upTo[i] - t.upTo[i-1]
}

// N is how many samples there are.
func (t *Tally) N() int {
	if len(t.upTo) == 0 {
		return len(t.waiting)
	}
	return t.upTo[len(t.upTo)-1] + len(t.waiting)
}

// At is the i-th smallest sample, from 0 on.
func (t *Tally) At(i int) float64 {
	t.sortIn()
	place, _ := slices.BinarySearch(t.upTo, i+1)
	return t.values[place]
}

// Below is how many samples are smaller than x.
func (t *Tally) Below(x float64) int {
	t.sortIn()
	i, _ := slices.BinarySearch(t.values, x)
	if i == 0 {
		return 0
	}
	return t.upTo[i-1]
}

// UpTo is how many samples are no larger than x.
func (t *Tally) UpTo(x float64) int {
	n := t.Below(x)
	if i, found := slices.BinarySearch(t.values, x); found {
		n = t.upTo[i]
	}
	return n
}

// Quantile is that of the samples.
func (t *Tally) Quantile(q float64) float64 { return QuantileOf(t.N(), t.At, q) }

// Mean is the arithmetic mean; NaN of nothing.
func (t *Tally) Mean() float64 {
	t.sortIn()
	sum := 0.0
	for i, x := range t.values {
		sum += x * float64(t.times(i))
	}
	return sum / float64(t.N())
}

// Std is the standard deviation of the sample (divisor n - 1); NaN of fewer than two.
func (t *Tally) Std() float64 {
	if t.N() < 2 {
		return math.NaN()
	}
	mean, sum := t.Mean(), 0.0
	for i, x := range t.values {
		sum += (x - mean) * (x - mean) * float64(t.times(i))
	}
	return math.Sqrt(sum / float64(t.N()-1))
}
