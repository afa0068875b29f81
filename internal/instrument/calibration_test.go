package instrument

import (
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func TestCalibrationFeedsTheGrade(t *testing.T) {
	check := func(p *result.Replay, want result.Grade, reason string) {
		t.Helper()
		l := &result.Level{
			Instrument: &result.Instrument{Stamps: "kernel", Calibration: &result.Calibration{After: p}},
			Metrics:    map[string]result.Metric{"itl": {Served: result.Summary{Mean: ptr(10.0), P99: ptr(20.0)}}},
		}
		Certify(l)
		if got := strings.Join(l.Instrument.Reasons, "; "); l.Instrument.Grade != want || !strings.Contains(got, reason) {
			t.Errorf("%+v: %s, %q; want %s, %q", p, l.Instrument.Grade, got, want, reason)
		}
	}
	off := func(bias, p99, truth float64) *result.Replay {
		return &result.Replay{ITL: result.ReplayError{N: 100, BiasMs: bias, P99Ms: p99}, TruthP99Ms: truth}
	}
	check(nil, result.OK, "")
	check(off(0.1, 0.2, 0), result.OK, "")                                                          // 1 % of 10, 1 % of 20
	check(off(-0.11, 0.2, 0), result.Degraded, "calibration after the run: itl is off by -0.11 ms") // on average
	check(off(0.11, 0.21, 0.01), result.OK, "")                                                     // the truth is no surer
	check(off(0, 1.5, 0), result.Invalid, "itl is off by up to 1.5 ms (p99)")                       // more than 5 % of 20
	check(&result.Replay{Failed: 2, Requests: 8}, result.Degraded, "2 of 8 requests failed on the truth server")
}
