package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// calibration says for each level how wrong splleed was about a server that knows the truth.
func (p *page) calibration() {
	for i := range p.run.Results {
		in := p.run.Results[i].Instrument
		if in == nil || in.Calibration == nil {
			continue
		}
		for _, side := range []struct {
			when   string
			replay *result.Replay
		}{{"before", in.Calibration.Before}, {"after", in.Calibration.After}} {
			if side.replay != nil {
				p.paragraph(plain, "    ", fmt.Sprintf("Calibrated %s, %s: %s", side.when, p.run.Results[i].Point(), wrongness(side.replay)))
			}
		}
	}
}

// wrongness is how far a replay was off, in words: bias, and p99 of the error.
func wrongness(r *result.Replay) string {
	var parts []string
	for _, m := range []struct {
		name string
		off  result.ReplayError
	}{{"TTFT", r.TTFT}, {"ITL", r.ITL}, {"E2E", r.E2E}} {
		if m.off.N > 0 {
			sign := "+"
			if math.Signbit(m.off.BiasMs) {
				sign = ""
			}
			parts = append(parts, fmt.Sprintf("%s %s%.3f (p99 %.3f)", m.name, sign, m.off.BiasMs, m.off.P99Ms))
		}
	}
	return fmt.Sprintf("%s ms; truth ±%.3f, %s", strings.Join(parts, ", "), r.TruthP99Ms, plural(r.Events, "event"))
}
