package metrics

import (
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// flat fills the keys of the Python splleed 0.1 from the headline readings of the successes.
func flat(l *result.Level) {
	s := l.Metrics["ttft"].Served
	l.TTFTP50Ms, l.TTFTP95Ms, l.TTFTP99Ms, l.TTFTMeanMs = s.P50, s.P95, s.P99, s.Mean
	s = l.Metrics["itl"].Served
	l.ITLP50Ms, l.ITLP95Ms, l.ITLP99Ms, l.ITLMeanMs = s.P50, s.P95, s.P99, s.Mean
	s = l.Metrics["tpot"].Served
	l.TPOTP50Ms, l.TPOTP95Ms, l.TPOTP99Ms, l.TPOTMeanMs = s.P50, s.P95, s.P99, s.Mean
	s = l.Metrics["e2e"].Served
	l.E2ELP50Ms, l.E2ELP95Ms, l.E2ELP99Ms, l.E2ELMeanMs = s.P50, s.P95, s.P99, s.Mean
	if l.Goodput != nil {
		l.GoodputPct = l.Goodput.Percent
	}
}

// wholePass fills the original's wall time and rates: first start to last end of the measured requests, ramp and tail
// included, with the tokens of successes only. Over several trials: sums, and sums over sums.
func wholePass(l *result.Level, p population) {
	wall := wallTime(p.offered).Seconds()
	if wall == 0 {
		return
	}
	generated := 0
	for _, r := range p.served {
		generated += r.OutputTokens.OrZero()
	}
	l.TotalTimeSec = &wall
	l.ThroughputRequestsPerSec = number(float64(len(p.served)) / wall)
	l.ThroughputTokensPerSec = number(float64(generated) / wall)
}

// wallTime is the time from first start to last end of each trial, over all trials. It is a sum of integers: the same in
// whatever order.
func wallTime(rs []*record.Record) (sum time.Duration) {
	type span struct{ start, end record.Stamp }
	all := map[int]span{}
	for _, r := range rs {
		start := r.Sent
		if !start.Set() {
			start = r.Scheduled
		}
		s, ok := all[r.Trial]
		if !ok {
			s = span{start, r.Done}
		}
		all[r.Trial] = span{min(s.start, start), max(s.end, r.Done)}
	}
	for _, s := range all {
		sum += s.end.Sub(s.start)
	}
	return sum
}
