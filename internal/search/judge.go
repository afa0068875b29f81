// Package search finds the highest load that still meets a goal: which loads to probe, when a probe has seen enough, and
// what all of them say together. It knows numbers only, no clock and no server.
package search

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
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

// Count is what one request says of one goal: how many samples it has, and how many of them miss.
type Count struct{ Miss, Of int }

// Judge says whether the share of samples that miss is above the one allowed, at a one-sided level of confidence.
//
// The requests, in the order in which they were due, are not taken for independent: the variance of the share is that of
// the means of consecutive batches (a ratio estimate, since batches differ in samples: Cochran, Sampling Techniques,
// 1977, section 6.3), the design effect is its ratio to that of independent samples, and the interval is the exact
// binomial one (Clopper and Pearson, 1934) of as many samples as count after division by it. So few misses, which say
// nothing of their dependence, still leave an interval of honest width: none of n makes an upper bound of about 3/n.
func Judge(requests []Count, allowed, level float64) Verdict {
	share, n := effective(requests)
	if n == 0 {
		return Undecided
	}
	misses := share * n
	switch {
	case misses < n && (distuv.Beta{Alpha: misses + 1, Beta: n - misses}).Quantile(level) <= allowed:
		return Passes
	case misses > 0 && (distuv.Beta{Alpha: misses, Beta: n - misses + 1}).Quantile(1-level) > allowed:
		return Fails
	case share > allowed:
		return LeansFail
	}
	return LeansPass
}

// batches is how many the requests are cut into: enough to tell a variance, few enough to be longer than what binds them.
const batches = 16

// effective is the share of samples that miss, and how many independent samples they are worth.
func effective(requests []Count) (share, n float64) {
	miss, of := sum(requests)
	if of == 0 {
		return 0, 0
	}
	share = miss / of
	independent := share * (1 - share) / of
	if independent == 0 || len(requests) < 2*batches {
		return share, of
	}
	squares := 0.0
	for i := range batches {
		m, o := sum(requests[i*len(requests)/batches : (i+1)*len(requests)/batches])
		squares += (m - share*o) * (m - share*o)
	}
	variance := squares / (of * of) * batches / (batches - 1)
	return share, of / max(1, variance/independent)
}

func sum(requests []Count) (miss, of float64) {
	for _, c := range requests {
		miss, of = miss+float64(c.Miss), of+float64(c.Of)
	}
	return miss, of
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
