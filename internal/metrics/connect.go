package metrics

import "github.com/splleed/splleed/internal/record"

// connect is what making a request's own connection took: look-up, TCP and TLS, after which it was sent. Requests on a
// connection that was there have none.
func connect(r *record.Record, _ record.Stamp) []float64 {
	if !r.Connected {
		return nil
	}
	return []float64{ms(r.Connect)}
}
