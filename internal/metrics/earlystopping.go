package metrics

import (
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// earlyStopping are LoadGen's bounds of all percentiles of sorted samples; nil where nobody asked for them.
func (l Level) earlyStopping(sorted []float64) map[string]result.EarlyStopping {
	if !l.EarlyStopping || len(sorted) == 0 {
		return nil
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
