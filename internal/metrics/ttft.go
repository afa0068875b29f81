package metrics

import "github.com/splleed/splleed/internal/record"

// ttft, time to first token: first arrival of generated content - start. Headers, roles and empty deltas are no tokens.
// Of a response in one piece it is undefined, as are ITL, TPOT and what else needs the time of a token.
func ttft(r *record.Record, start record.Stamp) []float64 {
	if r.Whole {
		return nil
	}
	return between(start, r.Arrivals.First())
}

// ttfa, time to first answer: first text that is not reasoning - start; where the server separates reasoning.
func ttfa(r *record.Record, start record.Stamp) []float64 {
	if r.Whole {
		return nil
	}
	return between(start, r.FirstAnswer)
}

// ttftEnds: the first token came somewhere in the first arrival.
func ttftEnds(e *ends, r *record.Record, start start, lag *record.Lag) {
	if first, _, ok := edges(lag, r); ok && start.at.Set() {
		e.since(start, first)
	}
}

// ttfaEnds: likewise, in the arrival that brought the first text of the answer.
func ttfaEnds(e *ends, r *record.Record, start start, lag *record.Lag) {
	for m := range moments(lag, r) {
		if m.At == r.FirstAnswer && start.at.Set() {
			e.since(start, m)
			return
		}
	}
}
