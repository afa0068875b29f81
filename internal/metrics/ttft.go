package metrics

import "github.com/splleed/splleed/internal/record"

// ttft, time to first token: first arrival of generated content - start. Headers, roles and empty deltas are no tokens.
func ttft(r *record.Record, start record.Stamp) []float64 {
	return between(start, r.Arrivals.First())
}

// ttfa, time to first answer: first text that is not reasoning - start; where the server separates reasoning.
func ttfa(r *record.Record, start record.Stamp) []float64 {
	return between(start, r.FirstAnswer)
}
