package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// number is x for JSON: nil where it is NaN or infinite.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// quantiles are those that are reported, and where.
var quantiles = []struct {
	name    string
	q       float64
	summary func(*result.Summary) **float64
	ends    func(*result.Ends) **[2]float64
}{
	{"p50", 0.5, func(s *result.Summary) **float64 { return &s.P50 }, func(e *result.Ends) **[2]float64 { return &e.P50 }},
	{"p90", 0.9, func(s *result.Summary) **float64 { return &s.P90 }, func(e *result.Ends) **[2]float64 { return &e.P90 }},
	{"p95", 0.95, func(s *result.Summary) **float64 { return &s.P95 }, func(e *result.Ends) **[2]float64 { return &e.P95 }},
	{"p99", 0.99, func(s *result.Summary) **float64 { return &s.P99 }, func(e *result.Ends) **[2]float64 { return &e.P99 }},
	{"p99_9", 0.999, func(s *result.Summary) **float64 { return &s.P999 }, func(e *result.Ends) **[2]float64 { return &e.P999 }},
}

// summarize describes samples in milliseconds. independent is how many of them count as independent: what a
// percentile needs behind it to be supported.
func summarize(samples *stats.Tally, independent float64) result.Summary {
	s := result.Summary{N: samples.N(), Lost: samples.N() - samples.Below(math.Inf(1))}
	if s.N == 0 {
		return s
	}
	s.Mean, s.Std = number(samples.Mean()), number(samples.Std())
	s.Min, s.Max = number(samples.At(0)), number(samples.At(s.N-1))
	for _, p := range quantiles {
		v := samples.Quantile(p.q)
		*p.summary(&s) = number(v)
		if math.IsInf(v, 1) {
			s.Beyond = append(s.Beyond, p.name)
		}
		if independent < float64(stats.MinSamples(p.q)) {
			s.Unsupported = append(s.Unsupported, p.name)
		}
	}
	return s
}
