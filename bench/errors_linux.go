package main

import (
	"math"
	"slices"
)

// errorsOf is a client's figures beside the truth, in milliseconds.
type errorsOf struct {
	stamp       []float64 // |stamp of the first arrival - its event's true time|
	ttft        pair
	itl         pair
	e2e         pair
	itlError    []float64 // |an event's ITL - its true one|
	e2eError    []float64 // |a request's E2E - its true one|
	low, high   []float64 // every ITL at the ends that the bounds allow
	merged      int       // events that came with others in one arrival
	lateness    []float64 // from when a request was scheduled to when it was sent
	uncountable int       // requests that brought more or fewer tokens than were sent: they are in no figure
}

// pair is the same samples, once true and once told by the client.
type pair struct{ true, told []float64 }

func (p *pair) add(truth, told int64) {
	p.true, p.told = append(p.true, ms(truth)), append(p.told, ms(told))
}

func ms(ns int64) float64 { return float64(ns) / 1e6 }

// compare joins both views of a job by request and event.
func compare(j job, t truth, o outcome) *errorsOf {
	e, views := new(errorsOf), map[int]served{}
	for _, s := range t.Requests {
		views[s.ID] = s
	}
	for _, h := range o.Requests {
		e.lateness = append(e.lateness, ms(h.Sent-h.Scheduled))
		if h.tokens() != j.Events {
			e.uncountable++
		} else if s, ok := views[h.ID]; ok {
			e.request(s, h)
		}
	}
	return e
}

func (h heard) tokens() (n int) {
	for _, a := range h.Arrivals {
		n += a.Tokens
	}
	return n
}

func (e *errorsOf) request(s served, h heard) {
	first, last := h.Arrivals[0].At, h.Arrivals[len(h.Arrivals)-1].At
	trueFirst, trueLast := s.Sent[h.Arrivals[0].Tokens-1], s.Sent[len(s.Sent)-1]
	e.stamp = append(e.stamp, math.Abs(ms(first-trueFirst)))
	e.ttft.add(s.Sent[0]-s.Received, first-h.Sent)
	e.e2e.add(trueLast-s.Received, last-h.Sent)
	e.e2eError = append(e.e2eError, math.Abs(ms((last-h.Sent)-(trueLast-s.Received))))
	e.gaps(s, h)
}

// gaps compares ITL event by event: k tokens after a gap g are k samples of g/k, as in docs/metrics.md.
func (e *errorsOf) gaps(s served, h heard) {
	at := h.Arrivals[0].Tokens
	for i := 1; i < len(h.Arrivals); i++ {
		a, before := h.Arrivals[i], h.Arrivals[i-1]
		gap, k := a.At-before.At, int64(a.Tokens)
		if k > 1 {
			e.merged += a.Tokens
		}
		for range k {
			truth := s.Sent[at] - s.Sent[at-1]
			at++
			e.itl.add(truth, gap/k)
			e.itlError = append(e.itlError, math.Abs(ms(truth-gap/k)))
			e.low = append(e.low, ms(max(0, gap-a.Bound)/k))
			e.high = append(e.high, ms((gap+before.Bound)/k))
		}
	}
}

// at is a percentile: Hyndman and Fan's type 7. It sorts x. NaN of nothing.
func at(p float64, x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	place := p / 100 * float64(len(x)-1)
	i := int(place)
	if i+1 == len(x) {
		return x[i]
	}
	return x[i] + (place-float64(i))*(x[i+1]-x[i])
}

// off is by how much the told percentile misses the true one.
func (p *pair) off(q float64) float64 { return math.Abs(at(q, p.told) - at(q, p.true)) }
