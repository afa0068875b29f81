package metrics

import (
	"math"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// Throughput over latency is 100/1, 180/1.2 = 150, 300/2 = 150.1 and 310/4: the knee is at 4 in flight. Eight in flight is
// as slow for each user as 4 with fewer tokens in all: not optimal.
func TestSweep(t *testing.T) {
	level := func(n int, tokens, e2e, tpot float64) result.Level {
		l := result.Level{Concurrency: &n, TPOTP50Ms: &tpot, Metrics: map[string]result.Metric{"e2e": {Served: result.Summary{Mean: &e2e}}}}
		l.Throughput.OutputTokensPerSec = &tokens
		return l
	}
	levels := []result.Level{level(1, 100, 1, 10), level(2, 180, 1.2, 12), level(4, 300.2, 2, 20), level(8, 290, 4, 20)}
	s := Sweep("concurrency", levels, nil, 0.95)
	if s.Knee == nil || *s.Knee.Mean != 4 {
		t.Errorf("the knee is %+v, want 4", s.Knee)
	}
	for i, want := range []bool{true, true, true, false} {
		if s.Pareto[i].Optimal != want {
			t.Errorf("load %v: optimal %v, want %v", s.Pareto[i].Load, s.Pareto[i].Optimal, want)
		}
	}
	if s := Sweep("concurrency", levels[:3], nil, 0.95); s.Knee != nil {
		t.Errorf("a maximum at the edge of the grid is no knee: %+v", s.Knee)
	}
}

// Over trials the knee is the geometric mean, between the loads of the grid that enclose its interval: trials that agree on
// 4 in flight cannot tell it from 3 or 7.
func TestKneeOverTrials(t *testing.T) {
	grid := []float64{1, 2, 4, 8, 16}
	peak := func(at float64) (levels []result.Level) { // power is largest there
		for _, n := range grid {
			slots, tokens, e2e := int(n), 100/(1+math.Abs(math.Log(n/at))), 1.0
			l := result.Level{Concurrency: &slots, Metrics: map[string]result.Metric{"e2e": {Served: result.Summary{Mean: &e2e}}}}
			l.Throughput.OutputTokensPerSec = &tokens
			levels = append(levels, l)
		}
		return levels
	}
	check := func(mean float64, ends *[2]float64, peaks ...float64) {
		t.Helper()
		var trials []result.Trial
		for _, at := range peaks {
			trials = append(trials, result.Trial{ConcurrencyResults: peak(at)})
		}
		trials = append(trials, result.Trial{ConcurrencyResults: peak(2)[:3]}) // stopped in the middle of the grid
		k := Sweep("concurrency", peak(4), trials, 0.95).Knee
		var got *[2]float64
		if k != nil && k.CILower != nil && k.CIUpper != nil {
			got = &[2]float64{*k.CILower, *k.CIUpper}
		}
		if k == nil || math.Abs(*k.Mean-mean) > 1e-9 || (got == nil) != (ends == nil) || got != nil && *got != *ends {
			t.Errorf("peaks at %v: %+v, ends %v; want %v, %v", peaks, k, got, mean, ends)
		}
	}
	check(4, &[2]float64{2, 8}, 4, 4, 4)
	// Log 2 of them is 2.2 ± 2.776·0.447/√5: 3.1 to 6.7.
	check(math.Pow(2, 2.2), &[2]float64{2, 8}, 4, 4, 4, 4, 8)
	check(math.Sqrt(8), nil, 2, 4, 16) // one may lie beyond the grid
	check(4, nil, 4)
}
