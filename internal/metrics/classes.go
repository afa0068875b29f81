package metrics

import (
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// classes describes each class of a mix by itself; nil without a mix.
func (l Level) classes(p population) map[string]result.Class {
	var all map[string]result.Class
	for _, r := range p.offered {
		if _, done := all[r.Class]; done || r.Class == "" {
			continue
		}
		if all == nil {
			all = map[string]result.Class{}
		}
		all[r.Class] = l.class(p.of(func(other *record.Record) bool { return other.Class == r.Class }), l.startSeconds(p))
	}
	return all
}

// probe describes the probes that were due in the window; nil where there were none. They come in an open loop, whatever
// the load is.
func (l Level) probe(seconds float64) *result.Class {
	var p population
	for _, t := range l.Trials {
		for _, r := range t.Records {
			if r.Phase == record.Probe && t.T0 <= r.Scheduled && r.Scheduled < t.T1 {
				p.add(r)
			}
		}
	}
	if len(p.offered) == 0 {
		return nil
	}
	l.Open = true
	c := l.class(p, seconds)
	return &c
}

func (l Level) class(p population, seconds float64) result.Class {
	return result.Class{
		NumRequests: len(p.offered), NumSuccessful: len(p.served), NumFailed: len(p.offered) - len(p.served),
		Failures: failures(p.offered), Metrics: l.latencies(p), Goodput: l.goodput(p, seconds),
	}
}

// of is those of a population that belong.
func (p population) of(belongs func(*record.Record) bool) population {
	var some population
	for _, rs := range [][]*record.Record{p.offered, p.censored} {
		for _, r := range rs {
			if belongs(r) {
				some.add(r)
			}
		}
	}
	return some
}
