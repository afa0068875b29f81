package search

import (
	"math"
	"slices"
)

// Watch follows a probe while it runs and says when it has seen enough.
type Watch struct {
	allowed  []float64     // by goal: the share of samples that may miss
	requests [][][]float64 // by goal: the samples of the requests that have ended, in the order in which they were due
	inFlight []int         // at each arrival
	look     int           // requests at which the next look is due
}

// NewWatch follows a probe of goals that each allow a share of samples to miss.
func NewWatch(allowed []float64) *Watch {
	return &Watch{allowed: allowed, requests: make([][][]float64, len(allowed)), look: firstLook}
}

// Looks are at 10 requests and at every quarter more. They decide only what is far from the edge: a share of misses beyond
// twice the one allowed, or below half of it, at so high a level that all looks together seldom err. What binds requests
// together for longer than the looks reach would deceive them closer to it.
const (
	firstLook = 10
	early     = 0.998
	final     = 0.95
)

// Arrived says how many requests are in flight when one arrives.
func (w *Watch) Arrived(inFlight int) { w.inFlight = append(w.inFlight, inFlight) }

// Ended takes the samples that the next request, in the order in which they were due, has of each goal: multiples of what
// they must not exceed.
func (w *Watch) Ended(goals [][]float64) {
	for i, multiples := range goals {
		samples := make([]float64, len(multiples))
		for k, x := range multiples {
			samples[k] = steps(x)
		}
		w.requests[i] = append(w.requests[i], samples)
	}
}

// steps is where a multiple lies on a scale of steps of 1 %; up to 0 it does not miss. Finer ones would tell no more of how
// dependent samples are, and there are many gaps between tokens, but few steps.
func steps(multiple float64) float64 { return math.Ceil(100 * math.Log(multiple)) }

// Requests is how many have ended.
func (w *Watch) Requests() int {
	if len(w.requests) == 0 {
		return 0
	}
	return len(w.requests[0])
}

// Unstable reports whether the server is offered more than it serves.
func (w *Watch) Unstable() bool { return Growing(w.inFlight) }

// Due reports, now and then, that it is time for a look.
func (w *Watch) Due() bool {
	if w.Requests() < w.look && len(w.inFlight) < 2*w.look {
		return false
	}
	w.look += max(w.look/4, 1)
	return true
}

// Seen is what was seen so far, to be looked at while more is seen.
func (w *Watch) Seen() *Watch {
	seen := *w
	seen.requests = slices.Clone(w.requests)
	return &seen
}

// Enough is a look: whether what was seen decides the probe already.
func (w *Watch) Enough() (Verdict, bool) {
	if w.Unstable() {
		return Fails, true
	}
	if w.judge(early, beyond) == Fails {
		return Fails, true
	}
	return Passes, w.judge(early, below) == Passes
}

// Verdict is what the whole probe says: the worst of its goals.
func (w *Watch) Verdict() Verdict {
	if w.Unstable() {
		return Fails
	}
	return w.judge(final, exactly)
}

// Where a look judges: at what a goal allows, at half of it, or at twice as much, and never at all of it.
func exactly(allowed float64) float64 { return allowed }
func below(allowed float64) float64   { return allowed / 2 }
func beyond(allowed float64) float64  { return min(2*allowed, (1+allowed)/2) }

// judge is the worst verdict over the goals, with what each allows moved.
func (w *Watch) judge(level float64, moved func(float64) float64) Verdict {
	worst := Passes
	for i, allowed := range w.allowed {
		worst = min(worst, Judge(w.requests[i], moved(allowed), level))
	}
	return worst
}

// Shares are, by goal, the shares of samples that missed so far.
func (w *Watch) Shares() []float64 {
	shares := make([]float64, len(w.allowed))
	for i, requests := range w.requests {
		shares[i] = share(requests, w.allowed[i], final).Above
	}
	return shares
}
