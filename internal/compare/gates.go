package compare

import (
	"math"

	"github.com/splleed/splleed/internal/result"
)

// hold judges every gate at a level of A. One that B lacks leaves them undecided: what was not measured has not passed.
func (c *comparison) hold(at *result.Level) {
	for _, g := range c.gates {
		s := c.sample(g.metric, at)
		judged := g.judge(s, c.ConfidenceLevel)
		judged.Concurrency, judged.ArrivalRate = at.Concurrency, at.ArrivalRate
		c.out.Gates, c.held = append(c.out.Gates, judged), append(c.held, s)
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
		s := c.held[i]
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
			g.Needed = s.units(s.welch.Needed(math.Log(g.Limit), c.ConfidenceLevel, power))
		}
		c.out.Verdict = result.WorstVerdict(c.out.Verdict, g.Verdict)
	}
}
