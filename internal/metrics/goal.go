package metrics

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/record"
)

// Goal is what a level must meet: a percentile of a latency within a limit, or a share of good requests. Either way it is
// a share of samples that may miss, and every request has samples that do or don't.
type Goal struct {
	Text    string  // "ttft_p99=500", "goodput=99%"
	Allowed float64 // the share of samples that may miss
	Limit   float64 // ms; 0 for goodput
	metric  latency
}

// ParseGoal reads a goal: METRIC_pQ=MILLISECONDS of any latency, or goodput=PERCENT.
func ParseGoal(text string) (Goal, error) {
	name, value, _ := strings.Cut(strings.TrimSpace(text), "=")
	if name == "goodput" {
		percent, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
		if err != nil || !(percent > 0 && percent < 100) {
			return Goal{}, fmt.Errorf("%q: want goodput=PERCENT, more than 0 and less than 100", text)
		}
		return Goal{Text: text, Allowed: 1 - percent/100}, nil
	}
	metric, quantile, _ := strings.Cut(name, "_p")
	if metric == "e2el" {
		metric = "e2e"
	}
	i := slices.IndexFunc(latencies, func(l latency) bool { return l.name == metric })
	q, err := strconv.ParseFloat(strings.Replace(quantile, "_", ".", 1), 64)
	limit, bad := strconv.ParseFloat(value, 64)
	if i < 0 || err != nil || bad != nil || !(q > 0 && q < 100) || !(limit > 0) || math.IsInf(limit, 0) {
		return Goal{}, fmt.Errorf("%q: want a percentile of a latency in ms, such as ttft_p99=500, or goodput=99%%", text)
	}
	return Goal{Text: text, Allowed: 1 - q/100, Limit: limit, metric: latencies[i]}, nil
}

// Count is how many samples an offered request has of the goal, and how many of them miss it. A request that failed
// misses; it has no samples of a latency that pools tokens. A latency that is undefined for a success is no sample of it,
// TTFT and E2E apart, which every success should have.
func (l Level) Count(g Goal, r *record.Record) (miss, of int) {
	var samples []float64
	switch {
	case !r.OK() && g.metric.pooled:
		return 0, 0
	case !r.OK():
		return 1, 1
	case g.Limit == 0:
		if l.good(r) {
			return 0, 1
		}
		return 1, 1
	}
	if samples = g.metric.samples(r, l.start(r)); len(samples) == 0 && (g.metric.name == "ttft" || g.metric.name == "e2e") {
		return 1, 1
	}
	for _, x := range samples {
		if x > g.Limit {
			miss++
		}
	}
	return miss, len(samples)
}

// good reports whether a success meets every objective of the SLO that applies to it.
func (l Level) good(r *record.Record) bool {
	for _, o := range l.SLO.objectives() {
		v := o.metric(r, l.start(r))
		if len(v) == 0 && o.always || len(v) > 0 && v[0] > o.limit {
			return false
		}
	}
	return true
}
