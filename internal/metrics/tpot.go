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
