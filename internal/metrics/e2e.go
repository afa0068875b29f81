package metrics

import "github.com/splleed/splleed/internal/record"

// e2e, end-to-end latency: last content or finish event - start. What comes after it ([DONE], the close) is not waited for.
func e2e(r *record.Record, start record.Stamp) []float64 {
	return between(start, r.Finish)
}

// queueDelay is how long a request waited to be sent: sent - scheduled. It is what response and service times differ by.
func queueDelay(r *record.Record, _ record.Stamp) []float64 {
	return between(r.Scheduled, r.Sent)
}

// e2eEnds: the finish may have come with or after the last content.
func e2eEnds(e *ends, r *record.Record, start start, lag *record.Lag) {
	if !start.at.Set() || !r.Finish.Set() {
		return
	}
	m := moment{Arrival: record.Arrival{At: r.Finish}, from: r.Finish - record.Stamp(r.FinishBound)}
	m.from -= record.Stamp(lag.Of(r.Finish, r.StampSource))
	_, last, _ := edges(lag, r)
	m.from = min(max(m.from, last.from, r.Sent), r.Finish)
	e.since(start, m)
}
