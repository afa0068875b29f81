package splleed

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/report"
	"github.com/splleed/splleed/internal/result"
)

const defaultMaxTrials = 20

func (b Benchmark) checkPrecision(bad *invalid.Fields) {
	for _, name := range slices.Sorted(maps.Keys(b.Precision)) {
		_, known := result.StatNamed(name)
		path := "precision." + name
		bad.Check(known, path, "is no statistic: want such as ttft_p99, itl_p50, e2e_mean, throughput")
		wanted := b.Precision[name]
		bad.Check(wanted > 0 && wanted < 1, path, "is %g: want a relative half-width, more than 0 and less than 1 (0.05 is 5 %%)", wanted)
	}
	bad.Check(b.MaxTrials == 0 || b.MaxTrials >= metrics.PilotTrials, "max_trials", "is %d: want %d or more, the pilot's", b.MaxTrials, metrics.PilotTrials)
	bad.Check(b.MaxDurationS >= 0 && b.MaxDurationS <= 1e9, "max_duration_s", "is %g: want seconds, more than 0", b.MaxDurationS)
}

// maxTrials is how many trials a run may have.
func (b Benchmark) maxTrials() int {
	if len(b.Precision) == 0 {
		return b.Trials
	}
	return or(b.MaxTrials, defaultMaxTrials)
}

// precision is how far the trials are from what was wanted. levels are the trials by load point.
func (r *account) precision(levels [][]result.Level) *result.Precision {
	out := &result.Precision{PilotTrials: metrics.PilotTrials, MaxTrials: r.b.maxTrials(), Targets: []result.Target{}}
	unknown, wide := false, false
	for i, trials := range levels {
		for _, name := range slices.Sorted(maps.Keys(r.b.Precision)) {
			s, _ := result.StatNamed(name)
			t := metrics.Target(trials, s, r.b.Precision[name], r.b.ConfidenceLevel)
			t.Level = r.points[i].String()
			if len(trials) > 0 {
				t.Concurrency, t.ArrivalRate = trials[0].Concurrency, trials[0].ArrivalRate
			}
			if t.Needed == nil {
				unknown = true
			} else {
				out.Trials = max(out.Trials, *t.Needed)
				wide = wide || *t.Needed > len(trials)
			}
			out.Targets = append(out.Targets, t)
		}
	}
	switch {
	case out.Trials > out.MaxTrials:
		out.Verdict = result.Unreachable
	case unknown || wide:
		out.Verdict = result.Unfinished
	default:
		out.Verdict = result.Reached
	}
	return out
}

// trialsByLevel describes every completed trial, by load point.
func (r *account) trialsByLevel() [][]result.Level {
	levels := make([][]result.Level, len(r.points))
	for i := range r.points {
		for _, t := range r.completed(i) {
			levels[i] = append(levels[i], r.describe(i, []metrics.Trial{t}))
		}
	}
	return levels
}

// plan decides, after the pilot, how many trials there will be, and tells after every further one how things stand. It
// returns false where going on is in vain.
func (r *run) plan(began time.Time) bool {
	n := len(r.trials)
	if len(r.b.Precision) == 0 || n < metrics.PilotTrials {
		return true
	}
	p := r.precision(r.trialsByLevel())
	if n > metrics.PilotTrials {
		r.progress.precision(widths(p))
		return true
	}
	allowed, limit := p.MaxTrials, "max_trials"
	if most := r.b.MaxDurationS; most > 0 {
		if fit := int(most / time.Since(began).Seconds() * float64(n)); fit < allowed {
			allowed, limit = max(fit, n), "max_duration"
		}
	}
	switch {
	case p.Trials == 0:
		r.warnings = append(r.warnings, "precision: the statistics asked for were not measured in every trial of the pilot")
		return false
	case p.Trials > allowed:
		r.warnings = append(r.warnings, fmt.Sprintf("precision unreachable: %d trials would be needed, %s allows %d: lengthen trials to %.1f times as many requests",
			p.Trials, limit, allowed, math.Ceil(10*float64(p.Trials)/float64(allowed))/10))
		r.progress.precision(fmt.Sprintf("unreachable after the pilot of %d trials: %d would be needed, %s allows %d; %s", n, p.Trials, limit, allowed, widths(p)))
		return false
	}
	r.b.Trials = p.Trials
	r.progress.extend(len(r.points), p.Trials)
	r.progress.precision(fmt.Sprintf("pilot of %d trials: %d in all will do; %s", n, p.Trials, widths(p)))
	r.noteRun()
	return true
}

// widths are the half-widths as they are beside those wanted, in words.
func widths(p *result.Precision) string {
	var words []string
	for _, t := range p.Targets {
		now := "unknown"
		if t.HalfWidth != nil {
			now = fmt.Sprintf("±%s %%", report.InPercent(*t.HalfWidth))
		}
		words = append(words, fmt.Sprintf("%s at %s %s (wanted ±%s %%)", t.Stat, t.Level, now, report.InPercent(t.Wanted)))
	}
	return strings.Join(words, ", ")
}
