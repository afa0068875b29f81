package metrics

import (
	"time"

	"github.com/splleed/splleed/internal/record"
)

// itl, inter-token latency: the pace per token. An arrival of k tokens after a gap g gives k samples g/k. It hides
// stalls, so it never stands without icl.
func itl(r *record.Record, _ record.Stamp) []float64 {
	var samples []float64
	var gap time.Duration
	last := record.Unset
	for a := range r.Arrivals.All() {
		if last.Set() {
			gap += a.At.Sub(last)
			for range a.Tokens {
				samples = append(samples, ms(gap)/float64(a.Tokens))
			}
		}
		// Note: an arrival without a token of its own hands its gap on to the next.
		if a.Tokens > 0 {
			gap = 0
		}
		last = a.At
	}
	return samples
}

// icl, inter-chunk latency: the gap between successive arrivals, one sample each.
func icl(r *record.Record, _ record.Stamp) []float64 {
	var samples []float64
	last := record.Unset
	for a := range r.Arrivals.All() {
		if last.Set() {
			samples = append(samples, ms(a.At.Sub(last)))
		}
		last = a.At
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
