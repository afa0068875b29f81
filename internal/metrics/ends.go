package metrics

import (
	"iter"
	"math"
	"slices"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// How wrong may a statistic be? The truth that it stands for is that of a reader who looks at every segment as it comes
// in, one arrival each. What our reader knows is less: of an arrival with a bound only that its events came within
// [At - Bound, At]; they may have been one arrival or several. And a stamp may be late, by a lag that is measured beside
// the load (stamps of the client's own; kernel stamps where the kernel itself was kept waiting).
//
// So each request gives, for each metric, ends: samples that there are, each between a lowest and a highest value that
// the intervals allow, and samples that there may be beside them (the gaps inside a merged arrival). Neighbouring gaps
// share an arrival, and cannot both be at the same end; treating them as if they could only widens the interval. What
// makes it hold: a quantile and a mean never fall when a sample grows; one more sample below all others lowers them, one
// above all others raises them. Hence
//
//	low  = the statistic of all lowest values, and a zero for each sample that there may be;
//	high = the statistic of all highest values, and an endless one for each such sample that could exceed it.
//
// For pooled metrics the mean is tighter than that: the gaps of a request add up to last - first, however they are split.

// extent is between which values a sample lies, in milliseconds.
type extent struct{ lo, hi float64 }

// ends are what the samples of requests may truly be.
type ends struct {
	lo, hi []float64 // of the samples that there are
	may    []float64 // the highest values of samples that there may be beside; their lowest is 0
	sum    extent    // of all samples together
}

// add adds a sample.
func (e *ends) add(lo, hi float64) {
	lo = max(lo, 0)
	e.lo, e.hi = append(e.lo, lo), append(e.hi, max(lo, hi))
}

// only adds the one sample of a request.
func (e *ends) only(lo, hi float64) {
	e.add(lo, hi)
	e.total(lo, hi)
}

// perhaps adds a sample that there may be.
func (e *ends) perhaps(hi float64) { e.may = append(e.may, hi) }

// total adds to the sum of the samples.
func (e *ends) total(lo, hi float64) {
	e.sum.lo += max(lo, 0)
	e.sum.hi += hi
}

// summary is between which ends each statistic lies, of the samples and of so many endless ones beside.
func (e *ends) summary(lost int) result.Ends {
	e.sort(lost)
	var s result.Ends
	if len(e.hi) == 0 {
		return s
	}
	if lost == 0 {
		s.Mean = pair(e.sum.lo/float64(len(e.lo)), e.sum.hi/float64(len(e.hi)))
	}
	for _, q := range quantiles {
		between := e.quantile(q.q)
		*q.ends(&s) = pair(between.lo, between.hi)
	}
	return s
}

// sort readies the samples, with so many endless ones beside, for quantiles: lo then also has a zero for each that there
// may be.
func (e *ends) sort(lost int) {
	slices.Sort(e.lo)
	slices.Sort(e.hi)
	slices.Sort(e.may)
	for range lost {
		e.lo, e.hi = append(e.lo, math.Inf(1)), append(e.hi, math.Inf(1))
	}
	e.lo = slices.Concat(make([]float64, len(e.may)), e.lo)
}

// quantile is between which ends a quantile of sorted ends lies.
func (e *ends) quantile(q float64) extent { return extent{stats.Quantile(e.lo, q), e.high(q)} }

// high is the highest that the quantile may be. A sample that there may be counts as endless if it can exceed the order
// statistic below the quantile; any other could only lower it.
func (e *ends) high(q float64) float64 {
	n := len(e.hi)
	below := e.hi[int(float64(n-1)*q)]
	from, _ := slices.BinarySearchFunc(e.may, below, func(x, limit float64) int {
		if x <= limit {
			return -1
		}
		return 1
	})
	more := len(e.may) - from
	if more == 0 {
		return stats.Quantile(e.hi, q)
	}
	most := max(e.hi[n-1], e.may[len(e.may)-1])
	return stats.Quantile(append(slices.Clone(e.hi), slices.Repeat([]float64{most}, more)...), q)
}

// pair is [low, high] for JSON: nil where either is endless.
func pair(low, high float64) *[2]float64 {
	if number(low) == nil || number(high) == nil {
		return nil
	}
	return &[2]float64{low, high}
}

// moment is when the events of an arrival truly came: all of them within [from, at].
type moment struct {
	record.Arrival
	from  record.Stamp
	apart bool // they may have been several arrivals
}

// moments yields the arrivals of a request as they may truly have been.
func moments(lag *record.Lag, r *record.Record) iter.Seq[moment] {
	return func(yield func(moment) bool) {
		earliest := max(r.Sent, 0) // nothing comes before the question, or before what came before
		for a := range r.Arrivals.All() {
			m := moment{Arrival: a, from: a.At - record.Stamp(a.Bound), apart: a.Bound > 0 && a.Events > 1}
			m.from -= record.Stamp(lag.Of(a.At, r.StampSource))
			m.from = min(max(m.from, earliest), a.At)
			earliest = m.from
			if !yield(m) {
				return
			}
		}
	}
}

// edges are the first and the last arrival of a request; false where there is none.
func edges(lag *record.Lag, r *record.Record) (first, last moment, ok bool) {
	for m := range moments(lag, r) {
		if !ok {
			first = m
		}
		last, ok = m, true
	}
	return first, last, ok
}

// apartFrom is between which values the time from one moment to a later one lies.
func (m moment) apartFrom(earlier moment) extent {
	return extent{max(0, ms(m.from.Sub(earlier.At))), ms(m.At.Sub(earlier.from))}
}

// since adds the time from a start to somewhere in m.
func (e *ends) since(s start, m moment) {
	e.only(ms(m.from.Sub(s.at)-s.late), ms(m.At.Sub(s.at)))
}
