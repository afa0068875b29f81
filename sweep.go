package splleed

import (
	"context"
	"errors"
	"math"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/metrics"
)

// Sweep measures a grid of loads, equal factors apart: arrival rates in mode Serve, concurrencies in mode Throughput.
type Sweep struct {
	Benchmark Benchmark `json:"-"` // its levels are not used; Runs default to 100, or twice the highest concurrency

	Lowest  float64 `json:"lowest,omitempty"`  // default 1
	Highest float64 `json:"highest,omitempty"` // default 64
	Points  int     `json:"points,omitempty"`  // default 7
}

// Of is the same sweep of another benchmark.
func (s Sweep) Of(b Benchmark) Sweep {
	s.Benchmark = b
	return s
}

// Validate returns every bad field at once as a *ConfigError.
func (s Sweep) Validate() error {
	var bad invalid.Fields
	s = s.withDefaults()
	bad.Check(s.Lowest > 0 && s.Lowest <= 1e6, "lowest", "is %g: want more than 0", s.Lowest)
	bad.Check(s.Highest > s.Lowest && s.Highest <= 1e6, "highest", "is %g: want more than lowest (%g)", s.Highest, s.Lowest)
	bad.Check(s.Points >= 2 && s.Points <= 1000, "points", "is %d: want 2 to 1,000", s.Points)
	s.Benchmark.checkLadder(&bad)
	return bad.Err()
}

const sweepRuns = 100

func (s Sweep) withDefaults() Sweep {
	s.Lowest, s.Highest, s.Points = or(s.Lowest, 1), or(s.Highest, 64), or(s.Points, 7)
	return s
}

// Run runs the sweep as Benchmark.Run does its levels. What it shows stands under Sweep in the results.
func (s Sweep) Run(ctx context.Context) (*Results, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.Benchmark.probeOutput(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	b := s.Benchmark
	b.ArrivalRate, b.Concurrency = nil, nil
	if b.Runs == 0 && b.DurationS == 0 {
		b.Runs = sweepRuns
		if b.Mode != Serve {
			b.Runs = max(b.Runs, 2*int(s.Highest))
		}
	}
	for _, load := range s.loads() {
		if b.Mode == Serve {
			b.ArrivalRate = append(b.ArrivalRate, load)
		} else if n := int(math.Round(load)); len(b.Concurrency) == 0 || n > b.Concurrency[len(b.Concurrency)-1] {
			b.Concurrency = append(b.Concurrency, n)
		}
	}
	output := b.OutputFile
	b.OutputFile = ""
	results, err := b.Run(ctx)
	if results == nil {
		return nil, err
	}
	results.Warnings = append(s.ignored(), results.Warnings...)
	results.Sweep = metrics.Sweep(over(or(b.Mode, Throughput)), results.Results, results.TrialResults, or(b.ConfidenceLevel, 0.95))
	return results, errors.Join(err, results.saveAs(output))
}

// loads are equal factors apart.
func (s Sweep) loads() []float64 {
	loads := make([]float64, s.Points)
	for i := range loads {
		exact := s.Lowest * math.Pow(s.Highest/s.Lowest, float64(i)/float64(s.Points-1))
		digits := math.Pow(10, 3-math.Ceil(math.Log10(exact))) // three are enough for a load to be named by
		loads[i] = math.Round(exact*digits) / digits
	}
	return loads
}
