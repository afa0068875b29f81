package metrics

import (
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Judge holds a level against a goal. Up to three ranges must agree: that of the share of samples that miss, against the
// one allowed; that of the value over trials, where there are several; and that which the client's own error leaves the
// value. Where all of them are within the goal it passes, where all are beyond it fails, else it is undecided.
//
// Note: the interval over trials would not do alone. It is for the expected percentile of a trial of this length, and the
// p99 of trials of 20 requests is far below the server's, in each of them.
func (l Level) Judge(g Goal) result.Goal {
	scored := l.scored(g)
	all := slices.Concat(scored...)
	out := result.Goal{Goal: g.Text, Verdict: result.Undecided, Limit: g.Limit, Allowed: g.Allowed, Samples: len(all), MissedHigh: 1, ConfidenceLevel: orDefault(l.Confidence)}
	if len(all) == 0 {
		out.Note = "nothing was measured"
		return out
	}
	out.Value = number(g.value(all))
	share := l.share(g, scored)
	out.Missed, out.ESS = share.Above, math.Round(10*share.ESS)/10
	out.MissedLow, out.MissedHigh = share.Interval(orDefault(l.Confidence))
	samples := agreed(out.MissedLow <= g.Allowed, out.MissedHigh <= g.Allowed)
	if samples == result.Undecided {
		out.Needed = share.Needed(g.Allowed, orDefault(l.Confidence))
	}
	bounds := l.bounds(g, all)
	out.Bounds = pair(bounds.lo, bounds.hi)
	evidence := []said{
		{samples, "too few samples to say"},
		{agreed(g.meets(bounds.lo), g.meets(bounds.hi)), "the client's own error, or what was cut off, reaches across the limit"},
	}
	if len(scored) > 1 {
		over := l.overTrials(g, scored)
		out.Trials = pair(over.lo, over.hi)
		evidence = append(evidence, said{agreed(g.meets(over.lo), g.meets(over.hi)), "trials differ by too much to say"})
	}
	out.Verdict, out.Note = together(evidence)
	return out
}

// said is a verdict, and why it may be none.
type said struct {
	verdict result.Verdict
	doubt   string
}

// together is what all agree on, else undecided, with the doubts.
func together(evidence []said) (result.Verdict, string) {
	var doubts []string
	for _, e := range evidence {
		if e.verdict == result.Undecided {
			doubts = append(doubts, e.doubt)
		}
	}
	switch {
	case len(doubts) > 0:
		return result.Undecided, strings.Join(doubts, "; ")
	case slices.ContainsFunc(evidence, func(e said) bool { return e.verdict != evidence[0].verdict }):
		return result.Undecided, "its samples, its trials and the client's own error do not say the same"
	}
	return evidence[0].verdict, ""
}

// agreed is the verdict where both ends of a range meet the goal, or neither does.
func agreed(low, high bool) result.Verdict {
	switch {
	case low && high:
		return result.Pass
	case low || high:
		return result.Undecided
	}
	return result.Fail
}

// scored are the samples of the offered requests by trial, in order of their start.
func (l Level) scored(g Goal) [][]float64 {
	all := make([][]float64, len(l.Trials))
	for i, t := range l.Trials {
		for _, r := range l.inOrder(t, offered) {
			all[i] = append(all[i], l.scores(g, r)...)
		}
	}
	return all
}

// share is that of the samples that miss. Pooled ones are taken by blocks of time, as Describe takes them.
func (l Level) share(g Goal, scored [][]float64) stats.Share {
	var runs []stats.Share
	for i, t := range l.Trials {
		series := stats.NewSeries(scored[i])
		if g.metric.pooled {
			series = l.servedOf(g.metric, t)
		}
		runs = append(runs, series.Above(g.threshold(), 1-g.Allowed, orDefault(l.Confidence)))
	}
	return stats.Pooled(runs)
}

// overTrials is the interval of the value over trials, as Aggregate makes it: of all values, if one of them is endless.
func (l Level) overTrials(g Goal, scored [][]float64) extent {
	var values []float64
	for _, samples := range scored {
		if len(samples) > 0 {
			values = append(values, g.value(samples))
		}
	}
	if slices.Max(values) > math.MaxFloat64 {
		return extent{slices.Min(values), slices.Max(values)}
	}
	i := interval(values, !g.goodput(), orDefault(l.Confidence))
	if i.CILower == nil || i.CIUpper == nil {
		return extent{0, math.Inf(1)} // one trial alone has it
	}
	return extent{*i.CILower, *i.CIUpper}
}

// bounds are between which ends the value lies, whatever the client missed. Requests that were cut off may have been good
// or not.
func (l Level) bounds(g Goal, all []float64) extent {
	value := g.value(all)
	switch {
	case g.goodput():
		return l.goodputBounds()
	case g.metric.ends == nil:
		return extent{value, value}
	}
	lost := 0
	for _, x := range all {
		if math.IsInf(x, 1) {
			lost++
		}
	}
	e := l.endsOf(g.metric, l.headline(), lost)
	if e.n() == 0 {
		return extent{value, value}
	}
	return e.quantile(1 - g.Allowed)
}
