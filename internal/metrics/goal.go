package metrics

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/stats"
)

// Goal is what a level must meet: a percentile of a latency within a limit, or a share of good requests. Either way it is
// a share of samples that may miss, and every request has samples that do or don't.
type Goal struct {
	Text    string  // "ttft_p99=500", "goodput=99%"
	Allowed float64 // the share of samples that may miss
	Limit   float64 // ms; of goodput the percentage
	metric  latency
}

// ParseGoal reads a goal: METRIC_pQ=MILLISECONDS of any latency, or goodput=PERCENT.
func ParseGoal(text string) (Goal, error) {
	name, value, _ := strings.Cut(strings.TrimSpace(text), "=")
	if name == "goodput" {
		number, signed := strings.CutSuffix(value, "%")
		percent, err := strconv.ParseFloat(number, 64)
		if err == nil && !signed && percent > 0 && percent <= 1 {
			return Goal{}, fmt.Errorf("%q: of 100 or of 1? Say goodput=99%%, or %s%%", text, text) // 0.99 % passes nearly always
		}
		if err != nil || !(percent > 0 && percent < 100) {
			return Goal{}, fmt.Errorf("%q: want goodput=PERCENT, more than 0 and less than 100", text)
		}
		return Goal{Text: text, Allowed: 1 - percent/100, Limit: percent}, nil
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

// goodput reports whether the goal is a share of good requests, whose samples are strains.
func (g Goal) goodput() bool { return g.metric.samples == nil }

// threshold is what a sample must not exceed.
func (g Goal) threshold() float64 {
	if g.goodput() {
		return 1
	}
	return g.Limit
}

// value is what the goal limits, of its samples: their percentile, or the percentage of good requests.
func (g Goal) value(samples []float64) float64 {
	sorted := stats.Sorted(samples)
	if !g.goodput() {
		return stats.Quantile(sorted, 1-g.Allowed)
	}
	good := sort.Search(len(sorted), func(i int) bool { return sorted[i] > 1 })
	return 100 * float64(good) / float64(len(sorted))
}

// meets reports whether a value does.
func (g Goal) meets(value float64) bool {
	if g.goodput() {
		return value >= g.Limit
	}
	return value <= g.Limit
}

// Multiples are the samples that an offered request has of the goal, as multiples of what they must not exceed.
func (l Level) Multiples(g Goal, r *record.Record) []float64 {
	samples := slices.Clone(l.scores(g, r))
	for i := range samples {
		samples[i] /= g.threshold()
	}
	return samples
}

// scores are the samples that an offered request has of the goal. A request that failed misses; it has none of a latency
// that pools tokens. A latency that is undefined for a success is no sample of it, those apart that every success should
// have: TTFT, unless it came in one piece, and E2E.
func (l Level) scores(g Goal, r *record.Record) []float64 {
	switch {
	case !r.OK() && g.metric.pooled:
		return nil
	case !r.OK():
		return []float64{math.Inf(1)}
	case g.goodput():
		return []float64{l.strain(r)}
	}
	samples := g.metric.samples(r, l.start(r))
	if len(samples) == 0 && !r.Whole && (g.metric.name == "ttft" || g.metric.name == "e2e") {
		return []float64{math.Inf(1)}
	}
	return samples
}
