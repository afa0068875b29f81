package instrument

import (
	"fmt"
	"math"

	"github.com/splleed/splleed/internal/result"
)

// gradeCalibration judges what splleed made of a server that knows the truth: its bias against the mean, the p99 of its
// error against the p99, less what the truth itself is unsure of.
func gradeCalibration(l *result.Level) (all []fault) {
	c := l.Instrument.Calibration
	if c == nil {
		return nil
	}
	for _, side := range []struct {
		when   string
		replay *result.Replay
	}{{"before", c.Before}, {"after", c.After}} {
		if side.replay == nil {
			continue
		}
		all = append(all, gradeReplay(l, side.when, side.replay)...)
	}
	return all
}

func gradeReplay(l *result.Level, when string, p *result.Replay) (all []fault) {
	say := func(g result.Grade, format string, args ...any) {
		if g != result.OK {
			all = append(all, fault{g, "calibration " + when + " the run: " + fmt.Sprintf(format, args...)})
		}
	}
	if p.Failed > 0 {
		say(result.Degraded, "%d of %d requests failed on the truth server", p.Failed, p.Requests)
	}
	for _, m := range []struct {
		name string
		off  result.ReplayError
	}{{"ttft", p.TTFT}, {"itl", p.ITL}, {"e2e", p.E2E}} {
		served := l.Metrics[m.name].Served
		if m.off.N == 0 || served.Mean == nil || served.P99 == nil {
			continue
		}
		sure := func(ms float64) float64 { return max(0, math.Abs(ms)-p.TruthP99Ms) }
		say(gradeOf(sure(m.off.BiasMs), *served.Mean), "%s is off by %s ms on average", m.name, brief(m.off.BiasMs))
		say(gradeOf(sure(m.off.P99Ms), *served.P99), "%s is off by up to %s ms (p99)", m.name, brief(m.off.P99Ms))
	}
	return all
}
