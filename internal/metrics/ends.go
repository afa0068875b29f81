package metrics

import (
	"iter"
	"math"

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
	lo, hi stats.Tally // of the samples that there are
	may    stats.Tally // the highest values of samples that there may be beside; their lowest is 0
	sum    extent      // of all samples together
	lost   int         // endless samples beside them
}

// add adds a sample.
func (e *ends) add(lo, hi float64) {
	lo = max(lo, 0)
	e.lo.Add(lo)
	e.hi.Add(max(lo, hi))
}

// only adds the one sample of a request.
func (e *ends) only(lo, hi float64) {
	e.add(lo, hi)
	e.total(lo, hi)
}

// perhaps adds a sample that there may be.
func (e *ends) perhaps(hi float64) { e.may.Add(hi) }

// total adds to the sum of the samples.
func (e *ends) total(lo, hi float64) {
	e.sum.lo += max(lo, 0)
	e.sum.hi += hi
}

// summary is between which ends each statistic lies.
func (e *ends) summary() result.Ends {
	var s result.Ends
	n := e.n()
	if n == 0 {
		return s
	}
	if e.lost == 0 {
		s.Mean = pair(e.sum.lo/float64(e.may.N()+n), e.sum.hi/float64(n))
	}
	for _, q := range quantiles {
		between := e.quantile(q.q)
		*q.ends(&s) = pair(between.lo, between.hi)
	}
	return s
}

// n is how many samples there are.
func (e *ends) n() int { return e.lo.N() + e.lost }

// quantile is between which ends a quantile lies.
func (e *ends) quantile(q float64) extent { return extent{e.low(q), e.high(q)} }

func (e *ends) low(q float64) float64 {
	may := e.may.N()
	return stats.QuantileOf(may+e.n(), func(i int) float64 {
		if i < may {
			return 0
		}
		return orEndless(&e.lo, i-may)
	}, q)
}

// high is the highest that the quantile may be. A sample that there may be counts as endless if it can exceed the order
// statistic below the quantile; any other could only lower it.
func (e *ends) high(q float64) float64 {
	n := e.n()
	more := e.may.N() - e.may.UpTo(orEndless(&e.hi, int(float64(n-1)*q)))
	return stats.QuantileOf(n+more, func(i int) float64 {
		if i < n {
			return orEndless(&e.hi, i)
		}
		return max(orEndless(&e.hi, n-1), e.may.At(e.may.N()-1))
	}, q)
}

// orEndless is sample i, endless where there are fewer.
func orEndless(t *stats.Tally, i int) float64 {
	if i < t.N() {
		return t.At(i)
	}
	return math.Inf(1)
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
