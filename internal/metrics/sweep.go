package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Sweep says what a grid of loads shows: where latency begins to grow faster than throughput, and which loads trade
// throughput for interactivity without waste.
func Sweep(over string, levels []result.Level, trials []result.Trial, confidence float64) *result.Sweep {
	return &result.Sweep{Over: over, Pareto: pareto(levels), Knee: kneeOver(levels, trials, confidence)}
}

// kneeOver is the geometric mean of the knees of all trials that went over the whole grid. Nothing was measured between
// loads, so its interval reaches to the next ones of the grid. There is none where a trial has its knee elsewhere.
func kneeOver(levels []result.Level, trials []result.Trial, confidence float64) *result.Interval {
	var knees []float64
	all := grids(levels, trials)
	for _, grid := range all {
		if at, ok := knee(grid); ok {
			knees = append(knees, at)
		}
	}
	if len(knees) == 0 {
		return nil
	}
	i := interval(knees, true, confidence)
	i.Mean = number(math.Exp(stats.Mean(stats.Logs(knees))))
	if len(knees) < len(all) {
		i.CILower, i.CIUpper = nil, nil
	}
	if i.CILower != nil && i.CIUpper != nil {
		widen(i.CILower, i.CIUpper, levels)
	}
	return &i
}

// grids are the levels of each trial that has all of them; the pooled ones without any.
func grids(levels []result.Level, trials []result.Trial) (all [][]result.Level) {
	for _, t := range trials {
		if t.Completed(len(levels)) {
			all = append(all, t.ConcurrencyResults)
		}
	}
	if len(trials) == 0 {
		all = append(all, levels)
	}
	return all
}

// widen moves the ends of an interval outwards to the next loads, which ascend.
func widen(lower, upper *float64, levels []result.Level) {
	const rounding = 1e-9
	below, above := *lower, *upper
	for i := range levels {
		if at := levels[i].Load(); at < *lower*(1-rounding) {
			below = at
		} else if at > *upper*(1+rounding) {
			above = at
			break
		}
	}
	*lower, *upper = below, above
}

// knee is the load at which power, output throughput over mean E2E latency, is largest (Kleinrock, Power and deterministic
// rules of thumb for probabilistic problems in computer communications, 1979); false where that is the first or the last
// load, so that it may lie beyond.
func knee(levels []result.Level) (float64, bool) {
	best, at := 0.0, -1
	for i, l := range levels {
		tokens, latency := l.Throughput.OutputTokensPerSec, l.Metrics["e2e"].Served.Mean
		if tokens == nil || latency == nil || *latency == 0 {
			continue
		}
		if power := *tokens / *latency; power > best {
			best, at = power, i
		}
	}
	if at <= 0 || at == len(levels)-1 {
		return 0, false
	}
	return levels[at].Load(), true
}

func pareto(levels []result.Level) []result.ParetoLoad {
	loads := make([]result.ParetoLoad, len(levels))
	for i, l := range levels {
		loads[i] = result.ParetoLoad{Load: l.Load(), OutputTokensPerSec: l.Throughput.OutputTokensPerSec}
		if tpot := l.TPOTP50Ms; tpot != nil && *tpot > 0 {
			loads[i].TokensPerSecPerUser = number(1000 / *tpot)
		}
	}
	for i := range loads {
		loads[i].Optimal = optimal(loads, i)
	}
	return loads
}

// optimal reports whether no other load is at least as good in both and better in one.
func optimal(loads []result.ParetoLoad, i int) bool {
	a := loads[i]
	if a.OutputTokensPerSec == nil || a.TokensPerSecPerUser == nil {
		return false
	}
	for _, b := range loads {
		if b.OutputTokensPerSec == nil || b.TokensPerSecPerUser == nil {
			continue
		}
		tokens, user := *b.OutputTokensPerSec-*a.OutputTokensPerSec, *b.TokensPerSecPerUser-*a.TokensPerSecPerUser
		if tokens >= 0 && user >= 0 && tokens+user > 0 {
			return false
		}
	}
	return true
}
