package metrics

import (
	"slices"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// SLO is what each request must meet, in milliseconds. Zero means no wish.
type SLO struct{ TTFT, TPOT, ITL, E2E float64 }

// objective is one wish of an SLO.
type objective struct {
	name   string
	limit  float64
	metric func(*record.Record, record.Stamp) []float64
	ends   func(*ends, *record.Record, start, *record.Lag)
	always bool // every success should have the metric: one without it misses the objective
}

func (s SLO) objectives() []objective {
	all := []objective{
		{"ttft", s.TTFT, ttft, ttftEnds, true}, {"tpot", s.TPOT, tpot, tpotEnds, false},
		{"itl", s.ITL, ownITL, iclEnds, false}, {"e2e", s.E2E, e2e, e2eEnds, true},
	}
	return slices.DeleteFunc(all, func(o objective) bool { return o.limit == 0 })
}

// ownITL is what an SLO on itl judges: the p99 of the request's own inter-chunk latencies.
func ownITL(r *record.Record, start record.Stamp) []float64 {
	gaps := icl(r, start)
	if len(gaps) == 0 {
		return nil
	}
	return []float64{stats.Quantile(stats.Sorted(gaps), 0.99)}
}

// goodput counts the requests that succeeded and met every objective, out of all that were offered. An objective whose
// metric is undefined for a request by construction does not apply to it. Rates are over the given seconds.
func (l Level) goodput(p population, seconds float64) *result.Goodput {
	objectives := l.SLO.objectives()
	if len(objectives) == 0 {
		return nil
	}
	g := &result.Goodput{Offered: len(p.offered), Censored: len(p.censored), NotApplicable: map[string]int{}, Missed: map[string]int{}}
	tokens := 0
	for _, r := range p.served {
		if l.meets(objectives, r, g) {
			g.Good++
			tokens += r.OutputTokens.OrZero()
		}
	}
	share := func(good, of int) *float64 { return number(100 * float64(good) / float64(of)) }
	g.Percent = share(g.Good, g.Offered)
	g.LowPercent, g.HighPercent = share(g.Good, g.Offered+g.Censored), share(g.Good+g.Censored, g.Offered+g.Censored)
	g.RequestsPerSec, g.TokensPerSec = number(float64(g.Good)/seconds), number(float64(tokens)/seconds)
	return g
}

// startSeconds is the length of the windows as starts fill it.
func (l Level) startSeconds(p population) float64 { return l.seconds(p) * l.startsPerGap(p) }

// startsPerGap is by how much a window holds more starts than gaps between them. A closed loop's begins with its first
// measured start and ends with its last, one gap fewer; an open loop's begins a gap earlier, one of given length ends later; a whole pass is no window.
func (l Level) startsPerGap(p population) float64 {
	if l.Open || l.timed() || l.kind(p) != fullSwing {
		return 1
	}
	starts := float64(len(p.offered) + len(p.censored))
	return starts / (starts - float64(len(l.Trials)))
}

func (l Level) timed() bool { return len(l.Trials) > 0 && l.Trials[0].Timed }

// meets judges a success, and counts what it missed and what did not apply.
func (l Level) meets(objectives []objective, r *record.Record, g *result.Goodput) bool {
	good := true
	for _, o := range objectives {
		switch v, missed := l.judge(o, r); {
		case missed:
			g.Missed[o.name]++
			good = false
		case len(v) == 0:
			g.NotApplicable[o.name]++
		}
	}
	return good
}

// judge is the metric of an objective for a success, and whether it misses. It has none where the objective does not
// apply to it, and where it should have one.
func (l Level) judge(o objective, r *record.Record) (v []float64, missed bool) {
	v = o.metric(r, l.start(r))
	if len(v) == 0 {
		return nil, o.always && !r.Whole
	}
	return v, v[0] > o.limit
}
