package metrics

import (
	"math"
	"strings"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Halves are the latencies of the first and of the second half of a trial's measured requests, in order of their start.
func Halves(l Level) [2]result.Level {
	rs := l.inOrder(l.Trials[0], func(*record.Record) bool { return true })
	middle := len(rs) / 2
	return [2]result.Level{l.servedLatencies(rs[:middle]), l.servedLatencies(rs[middle:])}
}

func (l Level) servedLatencies(rs []*record.Record) result.Level {
	out := result.Level{Metrics: map[string]result.Metric{}}
	for _, m := range latencies {
		out.Metrics[m.name] = result.Metric{Served: summarize(l.samples(m, rs, l.start), 0)}
	}
	flat(&out)
	return out
}

// lengthBias is how percentiles would change if trials were half as long: the mean of both halves against the whole, on the
// log scale, paired by trial. Percentiles of a process with a memory depend on how long one looks; where half as long makes
// a difference, twice as long makes one, too.
func lengthBias(trials []result.Level, halves [][2]result.Level, confidence float64) map[string]result.LengthBias {
	all := map[string]result.LengthBias{}
	for _, s := range result.Stats {
		if !s.Legacy || !s.Latency || strings.HasSuffix(s.Key, "mean_ms") {
			continue
		}
		var whole, half []float64
		for i := range trials {
			w, first, second := s.Get(&trials[i]), s.Get(&halves[i][0]), s.Get(&halves[i][1])
			if w != nil && first != nil && second != nil && *w > 0 && *first+*second > 0 {
				whole, half = append(whole, math.Log(*w)), append(half, math.Log((*first+*second)/2))
			}
		}
		if len(whole) == 0 {
			continue
		}
		d := stats.Paired(whole, half)
		lower, upper := d.Interval(confidence)
		all[s.Key] = result.LengthBias{Half: number(math.Expm1(d.Mean)), Lower: number(math.Expm1(lower)), Upper: number(math.Expm1(upper)), NSamples: len(whole)}
	}
	return all
}
