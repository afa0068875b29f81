package compare

import (
	"math"

	"github.com/splleed/splleed/internal/result"
)

// held is a gate at a level, with the figures that it was held against.
type held struct {
	gate
	figures
}

// hold judges every gate at a level of A. One that B lacks leaves them undecided: what was not measured has not passed.
func (c *comparison) hold(at *result.Level) {
	for _, g := range c.gates {
		f := c.figures(g.metric, at)
		judged := g.judge(f, c.ConfidenceLevel)
		judged.Concurrency, judged.ArrivalRate = at.Concurrency, at.ArrivalRate
		c.out.Gates, c.held = append(c.out.Gates, judged), append(c.held, held{g, f})
	}
}

// decideGates gives each gate its verdict: pass where the bound is inside of the limit, fail where it is broken by Holm
// over all gates. All together pass only if each does.
func (c *comparison) decideGates() {
	gates := make([]*result.Gate, len(c.out.Gates))
	for i := range gates {
		gates[i] = &c.out.Gates[i]
	}
	holm(gates, func(g *result.Gate) **float64 { return &g.PBroken }, func(g *result.Gate) **float64 { return &g.PBroken })
	for i, g := range gates {
		s := c.held[i].seen
		why := c.silent(s)
		switch {
		case len(s.a) == 0 || len(s.b) == 0: // undecided, as it notes
		case why != "":
			g.Note = why
		case g.P != nil && *g.P < c.alpha:
			g.Verdict = result.Pass
		case g.PBroken != nil && *g.PBroken < c.alpha:
			g.Verdict = result.Fail
		case s.logs:
			c.held[i].doubt(g, c.ConfidenceLevel)
		}
		c.out.Verdict = result.WorstVerdict(c.out.Verdict, g.Verdict)
	}
}

// doubt says how many units would likely decide a gate; or that none would, since what the client cannot tell more of the
// same does not tell either.
func (h held) doubt(g *result.Gate, level float64) {
	limit := math.Log(h.limit)
	beyond := func(s sample) bool { return (s.welch.Mean > limit) == h.gate.most }
	decisive, best := h.ends(h.figures)
	if beyond(h.seen) {
		decisive = best
	}
	if !decisive.logs || beyond(decisive) != beyond(h.seen) {
		g.Note = "the client's own error reaches across the limit"
		return
	}
	g.Needed = decisive.units(decisive.welch.Needed(limit, level, power))
}
