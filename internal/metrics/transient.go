package metrics

import (
	"math"
	"slices"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// material is from which relative change on a transient or a drift matters: what the instrument itself may be off by.
const material = 0.01

// transient looks for a beginning of the window that is unlike the rest, in series of as many values as a trial has
// measured requests: TTFT in the order of their starts, requests in flight and the rate of output tokens by spans of time.
// Of several trials the values of the same place are averaged first (Welch, The statistical analysis of simulation
// results, 1983). Nil where the load is meant to change, where the window is too short, and where no series is long enough.
func (l Level) transient(p population) *result.Transient {
	n := l.shortest()
	if n == 0 || l.kind(p) == short || slices.ContainsFunc(l.Trials, func(t Trial) bool { return t.Shaped || t.T1 <= t.T0 }) {
		return nil
	}
	out := result.Transient{Verdict: result.Steady, Series: map[string]result.Unsteadiness{}}
	for name, of := range map[string]func(Trial) []float64{
		"in_flight":             func(t Trial) []float64 { return t.flying(n) },
		"ttft":                  l.firstTokens,
		"output_tokens_per_sec": func(t Trial) []float64 { return t.tokenRate(n) },
	} {
		u, ok := unsteadiness(l.averaged(of))
		if !ok {
			continue
		}
		out.Series[name] = u
		if rank(u.Verdict) > rank(out.Verdict) {
			out.Verdict = u.Verdict
		}
	}
	if len(out.Series) == 0 {
		return nil
	}
	return &out
}

func rank(verdict string) int {
	return slices.Index([]string{result.Steady, result.StartsOff, result.NoSteadyState}, verdict)
}

// unsteadiness of a series; false where it is too short, or of nothing.
func unsteadiness(xs []float64) (u result.Unsteadiness, ok bool) {
	t, ok := stats.FindTransient(xs)
	mean := stats.Mean(xs)
	if !ok || mean == 0 {
		return u, false
	}
	u = result.Unsteadiness{Verdict: result.Steady, Cut: float64(t.Cut) / float64(len(xs)), Mean: mean, Bias: t.Bias}
	switch {
	case !t.Shown || math.Abs(t.Bias) < material*mean:
	case t.Lasts:
		u.Verdict = result.NoSteadyState
	default:
		u.Verdict = result.StartsOff
	}
	return u, true
}

// shortest is the least number of measured requests of a trial.
func (l Level) shortest() int {
	least := 0
	for i, t := range l.Trials {
		n := 0
		for _, r := range t.Records {
			if r.Phase == record.Measured {
				n++
			}
		}
		if i == 0 || n < least {
			least = n
		}
	}
	return least
}

// averaged are the means over all trials, as far as the shortest goes.
func (l Level) averaged(of func(Trial) []float64) []float64 {
	var sum []float64
	for i, t := range l.Trials {
		xs := of(t)
		if i == 0 {
			sum = make([]float64, len(xs))
		}
		sum = sum[:min(len(sum), len(xs))]
		for k := range sum {
			sum[k] += xs[k] / float64(len(l.Trials))
		}
	}
	return sum
}

func (l Level) firstTokens(t Trial) []float64 {
	served := l.inOrder(t, func(r *record.Record) bool { return r.OK() })
	return l.inTurn(latency{samples: ttft}, served)
}

// flying is how many requests were in flight on average in each of n spans of the window.
func (t Trial) flying(n int) []float64 {
	spans := make([]float64, n)
	for _, r := range t.Records {
		if !r.Sent.Set() {
			continue
		}
		from, to := t.place(r.Sent, n), t.place(r.Done, n)
		for i := max(int(from), 0); i < n && float64(i) < to; i++ {
			spans[i] += min(to, float64(i+1)) - max(from, float64(i))
		}
	}
	return spans
}

// tokenRate is how many tokens per second came in each of n spans of the window.
func (t Trial) tokenRate(n int) []float64 {
	spans := make([]float64, n)
	perToken := float64(n) / t.T1.Sub(t.T0).Seconds()
	for _, r := range t.Records {
		if r.Phase == record.Probe {
			continue
		}
		for a := range r.Arrivals.All() {
			if t.T0 <= a.At && a.At < t.T1 {
				spans[min(int(t.place(a.At, n)), n-1)] += float64(a.Tokens) * perToken
			}
		}
	}
	return spans
}

// place is a moment in spans of the window, of which there are n.
func (t Trial) place(at record.Stamp, n int) float64 {
	return float64(at-t.T0) / float64(t.T1-t.T0) * float64(n)
}
