package metrics

import "github.com/splleed/splleed/internal/result"

// Sweep says what a grid of loads shows: where latency begins to grow faster than throughput, and which loads trade
// throughput for interactivity without waste.
func Sweep(over string, levels []result.Level, trials []result.Trial, confidence float64) *result.Sweep {
	s := &result.Sweep{Over: over, Pareto: pareto(levels)}
	var knees []float64
	for _, t := range trials {
		if at, ok := knee(t.ConcurrencyResults); ok {
			knees = append(knees, at)
		}
	}
	if len(trials) == 0 {
		if at, ok := knee(levels); ok {
			knees = append(knees, at)
		}
	}
	if len(knees) > 0 {
		i := interval(knees, true, confidence)
		s.Knee = &i
	}
	return s
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
