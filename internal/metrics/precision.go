package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// PilotTrials is how many trials fix the spread.
const PilotTrials = 5

// Target is how far the trials of a level are from an interval for a statistic of ± wanted, relative to its estimate, on
// the log scale: by Stein's two stages (stats.Pilot). Before the pilot is through, or where a trial has no such
// statistic, only what was wanted is known.
func Target(trials []result.Level, s result.Stat, wanted, confidence float64) result.Target {
	out := result.Target{Stat: s.Key, Wanted: wanted}
	logs := stats.Logs(present(trials, s.Get))
	if len(logs) < max(PilotTrials, len(trials)) {
		return out
	}
	pilot := stats.NewPilot(logs[:PilotTrials])
	needed := int(math.Min(pilot.Needed(math.Log1p(wanted), confidence), math.MaxInt32))
	mean, half := stats.Mean(logs), pilot.Half(len(logs), confidence)
	out.Needed = &needed
	out.HalfWidth = number(math.Expm1(half))
	out.Estimate, out.Lower, out.Upper = number(math.Exp(mean)), number(math.Exp(mean-half)), number(math.Exp(mean+half))
	return out
}
