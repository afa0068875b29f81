package metrics

import (
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Aggregate makes the intervals of one level over its trials, which are in the order of time, with the Halves of each: of
// every statistic that at least one trial has. A trial that has no value of a statistic (all its requests failed, say) is
// left out of it, and n_samples tells.
func Aggregate(trials []result.Level, halves [][2]result.Level, confidence float64) result.Aggregate {
	a := result.Aggregate{Drift: drift(trials), LengthBias: lengthBias(trials, halves, confidence), Intervals: map[string]result.Interval{}}
	for _, l := range trials {
		a.NumRequests += l.NumRequests
		a.NumSuccessful += l.NumSuccessful
		a.NumFailed += l.NumFailed
	}
	for _, s := range result.Stats {
		if values := present(trials, s.Get); len(values) > 0 {
			i := interval(values, s.Latency, confidence)
			i.Instrument = meanEnds(trials, s)
			a.Intervals[s.Key] = i
		}
	}
	return a
}

// meanEnds are the means of the ends of a statistic: those of its mean. Nil unless each trial with a value has ends.
func meanEnds(trials []result.Level, s result.Stat) *[2]float64 {
	if s.Ends == nil {
		return nil
	}
	var low, high []float64
	for i := range trials {
		e := s.Ends(&trials[i])
		switch {
		case e != nil:
			low, high = append(low, e[0]), append(high, e[1])
		case s.Get(&trials[i]) != nil:
			return nil
		}
	}
	if len(low) == 0 {
		return nil
	}
	return pair(stats.Mean(low), stats.Mean(high))
}

func present(trials []result.Level, get func(*result.Level) *float64) []float64 {
	var values []float64
	for i := range trials {
		if v := get(&trials[i]); v != nil {
			values = append(values, *v)
		}
	}
	return values
}

func interval(values []float64, log bool, confidence float64) result.Interval {
	scale, estimate := "linear", stats.TInterval
	if log {
		scale, estimate = "log", stats.LogTInterval
	}
	iv := estimate(values, confidence)
	return result.Interval{
		Mean: number(iv.Mean), CILower: number(iv.Lower), CIUpper: number(iv.Upper), Std: number(iv.Std),
		NSamples: iv.N, ConfidenceLevel: confidence, Scale: scale,
	}
}
