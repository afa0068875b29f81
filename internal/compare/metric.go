package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// metric is something that both arms have a number of.
type metric struct {
	name   string
	higher bool // is better
	get    reading
	// ends are between which numbers the client's own error leaves it; nil itself for what has none.
	ends func(*result.Level) *[2]float64
}

// reading is a number of a level: +Inf where it lies beyond all measure, false where it was not measured.
type reading func(*result.Level) (float64, bool)

// The ends.
const lowEnd, highEnd = 0, 1

// at is the number at one of its ends.
func (m metric) at(end int) reading {
	if m.ends == nil {
		return m.get
	}
	return func(l *result.Level) (float64, bool) {
		x, ok := m.get(l)
		if e := m.ends(l); ok && e != nil && !math.IsInf(x, 1) {
			x = e[end]
		}
		return x, ok
	}
}

// Metrics are compared unless others are asked for.
var Metrics = []string{
	"ttft_p50", "ttft_p95", "ttft_p99", "tpot_p50", "tpot_p99", "icl_p99", "e2e_p50", "e2e_p99", "requests_per_sec", "output_tokens_per_sec",
}

// rates are the metrics that are no latencies.
var rates = map[string]func(*result.Level) *float64{
	"requests_per_sec":      func(l *result.Level) *float64 { return l.Throughput.RequestsPerSec },
	"output_tokens_per_sec": func(l *result.Level) *float64 { return l.Throughput.OutputTokensPerSec },
	"goodput": func(l *result.Level) *float64 {
		if l.Goodput == nil {
			return nil
		}
		return l.Goodput.Percent
	},
	"goodput_requests_per_sec": func(l *result.Level) *float64 {
		if l.Goodput == nil {
			return nil
		}
		return l.Goodput.RequestsPerSec
	},
}

// aliases are other words for metrics.
var aliases = map[string]string{"throughput": "output_tokens_per_sec", "request_throughput": "requests_per_sec"}

var (
	latencies   = []string{"ttft", "ttfa", "itl", "icl", "stall", "tpot", "e2e", "queue_delay"}
	percentiles = []string{"p50", "p90", "p95", "p99", "p99_9", "mean"}
)

// metricNamed is the metric of a name such as "ttft_p99", "e2el_mean", "throughput".
func metricNamed(name string) (metric, error) {
	if full, ok := aliases[name]; ok {
		name = full
	}
	if get, ok := rates[name]; ok {
		return metric{name: name, higher: true, get: func(l *result.Level) (float64, bool) {
			x := get(l)
			if x == nil {
				return 0, false
			}
			return *x, true
		}}, nil
	}
	latency, q, _ := strings.Cut(strings.TrimSuffix(name, "_ms"), "_p")
	q = "p" + strings.ReplaceAll(q, ".", "_")
	if mean, ok := strings.CutSuffix(strings.TrimSuffix(name, "_ms"), "_mean"); ok {
		latency, q = mean, "mean"
	}
	if latency == "e2el" {
		latency = "e2e"
	}
	if !slices.Contains(latencies, latency) || !slices.Contains(percentiles, q) {
		return metric{}, fmt.Errorf("unknown metric %q: want one of %s with _%s, or throughput, requests_per_sec, goodput, goodput_requests_per_sec",
			name, strings.Join(latencies, ", "), strings.Join(percentiles, ", _"))
	}
	return metric{
		name: latency + "_" + q,
		get:  func(l *result.Level) (float64, bool) { return offered(l.Metrics[latency], q) },
		ends: func(l *result.Level) *[2]float64 { return ends(l.Metrics[latency], q) },
	}, nil
}

// offered is a statistic of all requests that were offered, failed ones endless; of the served ones for what is pooled
// over tokens or arrivals.
func offered(m result.Metric, q string) (float64, bool) {
	s := m.Served
	if m.Offered != nil {
		s = *m.Offered
	}
	if x := s.At(q); x != nil {
		return *x, true
	}
	return math.Inf(1), slices.Contains(s.Beyond, q) || q == "mean" && s.Lost > 0
}

// ends are those of offered; [0, +Inf] where the client's error has no bound, nil where nobody knows of one.
func ends(m result.Metric, q string) *[2]float64 {
	if m.Instrument == nil {
		return nil
	}
	e := m.Instrument.Served
	if m.Offered != nil && m.Instrument.Offered != nil {
		e = *m.Instrument.Offered
	}
	if known := e.At(q); known != nil {
		return known
	}
	return &[2]float64{0, math.Inf(1)}
}
