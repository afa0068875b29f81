// Package metrics computes what was measured: pure functions of records. One file a metric; docs/metrics.md defines them.
package metrics

import (
	"iter"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// latency is a line of the table of latencies: what a request contributes to it.
type latency struct {
	name string
	// samples are the request's samples in milliseconds; none where the metric is undefined for it.
	samples func(r *record.Record, start record.Stamp) []float64
	// ends adds what those samples may truly be; nil where the client itself is what is timed.
	ends func(e *ends, r *record.Record, start start, lag *record.Lag)
	// fromStart: counts from the start of the request, so it has a response and a service reading.
	fromStart bool
	// pooled: weighted by token or arrival, not by request; it has no population of offered requests.
	pooled bool
	// timed yields the samples of a pooled metric with the times at which they ended.
	timed func(r *record.Record) iter.Seq2[record.Stamp, float64]
	// rare: left out of a level none of whose requests have it.
	rare bool
}

// latencies are all of them. Adding one is a new file and a line here.
var latencies = []latency{
	{name: "ttft", samples: ttft, ends: ttftEnds, fromStart: true},
	{name: "ttfa", samples: ttfa, ends: ttfaEnds, fromStart: true, rare: true},
	{name: "itl", samples: itl, ends: itlEnds, pooled: true, timed: timedITL},
	{name: "icl", samples: icl, ends: iclEnds, pooled: true, timed: timedICL},
	{name: "stall", samples: stall, ends: stallEnds},
	{name: "tpot", samples: tpot, ends: tpotEnds},
	{name: "tpot_n1", samples: tpotN1, ends: tpotN1Ends},
	{name: "e2e", samples: e2e, ends: e2eEnds, fromStart: true},
	{name: "queue_delay", samples: queueDelay},
	{name: "connect", samples: connect, rare: true},
}

// ms is a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// between is the time from one stamp to a later one, as the only sample; none where either is missing.
func between(from, to record.Stamp) []float64 {
	if !from.Set() || !to.Set() {
		return nil
	}
	return []float64{ms(to.Sub(from))}
}
