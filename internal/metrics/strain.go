package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/record"
)

// strain is how many times the limit a success takes in the objective of the SLO that it meets worst: above 1 it is not
// good. Goodput is so a limit on a sample of each request, as any latency's.
func (l Level) strain(r *record.Record) float64 {
	worst := 0.0
	for _, o := range l.SLO.objectives() {
		v, missed := l.judge(o, r)
		switch {
		case missed && len(v) == 0:
			return math.Inf(1)
		case len(v) > 0:
			worst = max(worst, v[0]/o.limit)
		}
	}
	return worst
}

// strains are between which ends a success's strain lies, whatever the client missed.
func (l Level) strains(r *record.Record, from start, lag *record.Lag) extent {
	var worst extent
	for _, o := range l.SLO.objectives() {
		v, missed := l.judge(o, r)
		switch {
		case missed && len(v) == 0:
			return extent{math.Inf(1), math.Inf(1)}
		case len(v) == 0:
			continue
		}
		var e ends
		o.ends(&e, r, from, lag)
		of := e.quantile(0.99) // of one sample, or that of the request's own gaps
		worst = extent{max(worst.lo, of.lo/o.limit), max(worst.hi, of.hi/o.limit)}
	}
	return worst
}

// goodputBounds are the least and the largest percentage of good requests.
func (l Level) goodputBounds() extent {
	p, from := l.population(), l.headline()
	surely, perhaps := 0, len(p.censored)
	for _, t := range l.Trials {
		for _, r := range t.Records {
			if r.Phase != record.Measured || !r.OK() {
				continue
			}
			strain := l.strains(r, from(r), t.Lag)
			if strain.hi <= 1 {
				surely++
			}
			if strain.lo <= 1 {
				perhaps++
			}
		}
	}
	all := float64(len(p.offered) + len(p.censored))
	return extent{100 * float64(surely) / all, 100 * float64(perhaps) / all}
}
