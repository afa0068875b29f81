package metrics

import (
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
