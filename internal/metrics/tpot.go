package metrics

import "github.com/splleed/splleed/internal/record"

// tpot, time per output token: (last - first arrival) / tokens delivered after the first arrival; undefined if there
// are none. It is the token-weighted mean of the request's own itl.
func tpot(r *record.Record, _ record.Stamp) []float64 {
	after, first := 0, true
	for a := range r.Arrivals.All() {
		if !first {
			after += a.Tokens
		}
		first = false
	}
	return perToken(r, after)
}

// tpotN1 is vLLM's formula, (last - first arrival) / (n - 1): it is too small where several tokens come first.
func tpotN1(r *record.Record, _ record.Stamp) []float64 {
	return perToken(r, int(r.OutputTokens)-1)
}

func perToken(r *record.Record, tokens int) []float64 {
	if tokens <= 0 || r.Arrivals.Len() < 2 {
		return nil
	}
	return []float64{ms(r.Arrivals.Last().Sub(r.Arrivals.First())) / float64(tokens)}
}

// tpotEnds: where the first arrival may have been several, more tokens came after the first of them; all but one at most.
func tpotEnds(e *ends, r *record.Record, _ start, lag *record.Lag) {
	first, last, ok := edges(lag, r)
	after := -first.Tokens
	for a := range r.Arrivals.All() {
		after += a.Tokens
	}
	most := after
	if first.apart {
		most += first.Tokens - 1
	}
	if ok {
		e.perToken(r, first, last, after, most)
	}
}

// tpotN1Ends: its tokens are counted, whatever their arrivals.
func tpotN1Ends(e *ends, r *record.Record, _ start, lag *record.Lag) {
	if first, last, ok := edges(lag, r); ok {
		e.perToken(r, first, last, int(r.OutputTokens)-1, int(r.OutputTokens)-1)
	}
}

// perToken adds a time per token, for so many tokens at least and at the most. A request whose tokens came in one arrival
// has none, but it may have had several.
func (e *ends) perToken(r *record.Record, first, last moment, least, most int) {
	switch took := last.apartFrom(first); {
	case r.Arrivals.Len() >= 2 && least > 0:
		e.only(took.lo/float64(most), took.hi/float64(least))
	case most > 0 && first.apart:
		e.perhaps(took.hi)
		e.total(0, took.hi)
	}
}
