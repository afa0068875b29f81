package metrics

import (
	"math"
	"strconv"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// summarize describes samples, by the percentiles that were asked for as well.
func (l Level) summarize(samples *stats.Tally, independent float64) result.Summary {
	s := summarize(samples, independent)
	for _, p := range l.Percentiles {
		if s.Percentiles == nil {
			s.Percentiles = map[string]*float64{}
		}
		name := "p" + strconv.FormatFloat(p, 'f', -1, 64)
		v := samples.Quantile(p / 100)
		s.Percentiles[name] = number(v)
		if math.IsInf(v, 1) {
			s.Beyond = append(s.Beyond, name)
		}
		if independent < float64(stats.MinSamples(p/100)) {
			s.Unsupported = append(s.Unsupported, name)
		}
	}
	return s
}
