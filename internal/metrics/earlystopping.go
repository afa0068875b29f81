package metrics

import (
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// earlyStopping are LoadGen's bounds of all percentiles of samples; nil where nobody asked for them.
func (l Level) earlyStopping(samples *stats.Tally) map[string]result.EarlyStopping {
	if !l.EarlyStopping || samples.N() == 0 {
		return nil
	}
	sorted := make([]float64, samples.N())
	for i := range sorted {
		sorted[i] = samples.At(i)
	}
	all := map[string]result.EarlyStopping{}
	for name, q := range l.asked() {
		upper, rank := stats.EarlyStopping(sorted, q)
		all[name] = result.EarlyStopping{
			Upper: number(upper), Rank: rank, Needed: stats.EarlyStoppingSamples(q, 1),
			Confidence: stats.EarlyStoppingConfidence, Assumes: result.IIDOnly,
		}
	}
	return all
}
