// Package search finds the highest load that still meets a goal: which loads to probe, when a probe has seen enough, and
// what all of them say together. It knows numbers only, no clock and no server.
package search

import (
	"math"

	"github.com/splleed/splleed/internal/stats"
)

// Verdict is what a probe says of its load.
type Verdict int

// The verdicts. Those that lean are decided by the point estimate alone: more requests could turn them.
const (
	Undecided Verdict = iota
	Fails
	LeansFail
	LeansPass
	Passes
)

// Passed reports whether the load meets the goal, clearly or not.
func (v Verdict) Passed() bool { return v >= LeansPass }

// Clear reports whether chance alone hardly explains the verdict.
func (v Verdict) Clear() bool { return v == Passes || v == Fails }

func (v Verdict) String() string {
	return [...]string{"undecided", "fails", "leans to fail", "leans to pass", "passes"}[v]
}

// Judge says whether the share of samples that miss is above the one allowed, at a one-sided level of confidence. Samples above
// 0 miss; they come by request, in the order in which the requests were due. These are not taken for independent: the
// interval is that which the goals of a level are judged by, of as many samples as they are worth (stats.Series.Above).
func Judge(requests [][]float64, allowed, level float64) Verdict {
	share := share(requests, allowed, level)
	lower, upper := share.Interval(2*level - 1)
	switch {
	case share.N == 0:
		return Undecided
	case upper <= allowed:
		return Passes
	case lower > allowed:
		return Fails
	case share.Above > allowed:
		return LeansFail
	}
	return LeansPass
}

func share(requests [][]float64, allowed, level float64) stats.Share {
	return stats.NewCells(requests).Above(0, 1-allowed, 2*level-1)
}

// Growing reports whether the number in flight grows as it does where a server is offered more than it serves: from each
// eighth of the arrivals to the next, to more than three times the first.
func Growing(inFlight []int) bool {
	const parts, most = 8, 20
	if len(inFlight) < most*parts {
		return false
	}
	first, last := 0.0, math.Inf(-1)
	for i := range parts {
		mean := mean(inFlight[i*len(inFlight)/parts : (i+1)*len(inFlight)/parts])
		if mean <= last {
			return false
		}
		if last = mean; i == 0 {
			first = mean
		}
	}
	return last > 3*first && last > first+most
}

func mean(xs []int) float64 {
	sum := 0
	for _, x := range xs {
		sum += x
	}
	return float64(sum) / float64(len(xs))
}
