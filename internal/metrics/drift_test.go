package metrics

import (
	"math"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// medians are trials with the given median TTFTs, all else alike.
func medians(ms ...float64) []result.Level {
	trials := make([]result.Level, len(ms))
	for i := range ms {
		tokens, tpot := 100.0, 10.0
		trials[i].TTFTP50Ms, trials[i].TPOTP50Ms = &ms[i], &tpot
		trials[i].Throughput.OutputTokensPerSec = &tokens
	}
	return trials
}

// 20 ms and 5 % more each trial, give or take 1 %. SciPy 1.17.1: linregress(range(5), np.log(ms)) has a slope of 0.0475693
// and a p of 0.00029455; Holm takes that of three statistics times three.
func TestDrift(t *testing.T) {
	d := drift(medians(20, 21.2, 21.9, 23.3, 24.2))
	ttft := d.Trends["ttft_p50_ms"]
	if d.Verdict != result.Drifts || len(d.Trends) != 3 {
		t.Fatalf("%+v, want a drift, and three trends", d)
	}
	if math.Abs(*ttft.PerTrial-0.048718864135844565) > 1e-6 || math.Abs(*ttft.P-0.0008836404870744182) > 1e-8 {
		t.Errorf("TTFT: %v a trial, p %v", *ttft.PerTrial, *ttft.P)
	}
	if tpot := d.Trends["tpot_p50_ms"]; *tpot.PerTrial != 0 || *tpot.P != 1 {
		t.Errorf("what does not change: %v a trial, p %v", *tpot.PerTrial, *tpot.P)
	}
}

func TestNoDrift(t *testing.T) {
	check := func(what, want string, ms ...float64) {
		t.Helper()
		if d := drift(medians(ms...)); d.Verdict != want {
			t.Errorf("%s: %+v, want %s", what, d, want)
		}
	}
	check("noise", result.NoDrift, 20, 24, 19, 23, 21)
	check("less than 1 %", result.NoDrift, 20, 20.04, 20.08, 20.12, 20.16)
	check("four trials", result.NotTestable, 20, 40, 80, 160)
	if d := drift(make([]result.Level, 5)); d.Verdict != result.NotTestable {
		t.Errorf("of nothing measured: %+v", d)
	}
}
