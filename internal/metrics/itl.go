package metrics

import (
	"iter"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// itl, inter-token latency: the pace per token. An arrival of k tokens after a gap g gives k samples g/k. It hides
// stalls, so it never stands without icl.
func itl(r *record.Record, _ record.Stamp) []float64 { return untimed(timedITL(r)) }

// timedITL is itl with the time at which each token arrived.
func timedITL(r *record.Record) iter.Seq2[record.Stamp, float64] {
	return func(yield func(record.Stamp, float64) bool) {
		var gap time.Duration
		last := record.Unset
		for a := range r.Arrivals.All() {
			if last.Set() {
				gap += a.At.Sub(last)
				for range a.Tokens {
					if !yield(a.At, ms(gap)/float64(a.Tokens)) {
						return
					}
				}
			}
			// Note: an arrival without a token of its own hands its gap on to the next.
			if a.Tokens > 0 {
				gap = 0
			}
			last = a.At
		}
	}
}

// icl, inter-chunk latency: the gap between successive arrivals, one sample each.
func icl(r *record.Record, _ record.Stamp) []float64 { return untimed(timedICL(r)) }

// timedICL is icl with the time of the arrival that ended each gap.
func timedICL(r *record.Record) iter.Seq2[record.Stamp, float64] {
	return func(yield func(record.Stamp, float64) bool) {
		last := record.Unset
		for a := range r.Arrivals.All() {
			if last.Set() && !yield(a.At, ms(a.At.Sub(last))) {
				return
			}
			last = a.At
		}
	}
}

func untimed(timed iter.Seq2[record.Stamp, float64]) []float64 {
	var samples []float64
	for _, x := range timed {
		samples = append(samples, x)
	}
	return samples
}

// stall is the request's longest gap between arrivals.
func stall(r *record.Record, start record.Stamp) []float64 {
	gaps := icl(r, start)
	if len(gaps) == 0 {
		return nil
	}
	longest := gaps[0]
	for _, g := range gaps {
		longest = max(longest, g)
	}
	return []float64{longest}
}

// itlEnds: the k tokens of an arrival, at a gap g from the one before, have samples that add up to g. They are g/k each if
// it was one arrival; if it was several, their r-th largest is at most g/r, and the largest no less than g/k.
func itlEnds(e *ends, r *record.Record, _ start, lag *record.Lag) {
	var first, before moment
	n := 0
	for m := range moments(lag, r) {
		switch gap := m.apartFrom(before); {
		case n == 0:
			first, before = m, m
			e.inside(m, m.Tokens-1)
		case m.Tokens > 0:
			e.split(gap, m.Tokens, m.apart)
			before = m
		}
		n++
	}
	if first != before || first.apart {
		e.spread(first, before)
	}
}

// split adds the samples of k tokens that share a gap.
func (e *ends) split(gap extent, k int, apart bool) {
	each := extent{gap.lo / float64(k), gap.hi / float64(k)}
	for i := range k {
		switch {
		case !apart:
			e.add(each.lo, each.hi)
		case i == 0:
			e.add(each.lo, gap.hi)
		default:
			e.add(0, gap.hi/float64(i+1))
		}
	}
}

// inside adds the n samples that there may be inside an arrival.
func (e *ends) inside(m moment, n int) {
	if !m.apart {
		return
	}
	for i := range n {
		e.perhaps(ms(m.At.Sub(m.from)) / float64(i+1))
	}
}

// spread adds the sum of all gaps of a request, from somewhere in one arrival to somewhere in another.
func (e *ends) spread(first, last moment) {
	took := last.apartFrom(first)
	e.total(took.lo, took.hi)
}

// iclEnds: an arrival of several events may have been as many. Their gaps add up to the one gap that was seen, so the r-th
// largest is at most that over r; and all but one are inside the arrival.
func iclEnds(e *ends, r *record.Record, _ start, lag *record.Lag) {
	var first, before moment
	n := 0
	for m := range moments(lag, r) {
		if n == 0 {
			first = m
			e.inside(m, m.Events-1)
		} else {
			e.gaps(m, m.apartFrom(before))
		}
		before = m
		n++
	}
	if n > 1 || first.apart {
		e.spread(first, before)
	}
}

// gaps adds the gaps of the arrivals that m may have been, the first of them at a distance from the one before.
func (e *ends) gaps(m moment, gap extent) {
	if !m.apart {
		e.add(gap.lo, gap.hi)
		return
	}
	within := ms(m.At.Sub(m.from))
	e.add(gap.lo, gap.hi) // the longest of them is no shorter than the first
	for i := 2; i <= m.Events; i++ {
		e.perhaps(min(gap.hi/float64(i), within))
	}
}

// stallEnds: the longest gap of all.
func stallEnds(e *ends, r *record.Record, _ start, lag *record.Lag) {
	var before moment
	var stall extent
	n := 0
	for m := range moments(lag, r) {
		gap := m.apartFrom(before)
		if n == 0 {
			gap = extent{}
			if m.apart {
				gap.hi = ms(m.At.Sub(m.from))
			}
		}
		stall = extent{max(stall.lo, gap.lo), max(stall.hi, gap.hi)}
		before = m
		n++
	}
	switch {
	case n > 1:
		e.only(stall.lo, stall.hi)
	case stall.hi > 0:
		e.perhaps(stall.hi)
		e.total(0, stall.hi)
	}
}
