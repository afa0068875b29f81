package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

const (
	minDriftTrials = 5
	driftP         = 0.05 // of any statistic of a level
)

// drifting are the statistics that drift is looked for in: few, and such as a single trial knows well.
var drifting = []string{"output_tokens_per_sec", "ttft_p50_ms", "tpot_p50_ms", "e2el_p50_ms"}

// drift tests the trials of a level, which are in the order of time, for a trend of the logarithms (stats.Trend) that is
// more than chance and more than a change of 1 % from the first trial to the last.
func drift(trials []result.Level) *result.Drift {
	d := &result.Drift{Verdict: result.NotTestable, Trends: map[string]result.Trend{}}
	if len(trials) < minDriftTrials {
		return d
	}
	var keys []string
	var slopes, ps []float64
	for _, key := range drifting {
		s, _ := result.StatNamed(key)
		if logs := stats.Logs(present(trials, s.Get)); len(logs) == len(trials) {
			trend := stats.Trend(logs)
			keys, slopes, ps = append(keys, key), append(slopes, trend.Mean), append(ps, trend.P())
		}
	}
	if d.Verdict = result.NoDrift; len(keys) == 0 {
		d.Verdict = result.NotTestable
	}
	for i, p := range stats.Holm(ps) {
		d.Trends[keys[i]] = result.Trend{PerTrial: number(math.Expm1(slopes[i])), P: &p}
		if p < driftP && math.Abs(slopes[i])*float64(len(trials)-1) > material {
			d.Verdict = result.Drifts
		}
	}
	return d
}
