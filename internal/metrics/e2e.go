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
