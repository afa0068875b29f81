package metrics

import (
	"math"
	"testing"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// first is a trial of requests with these TTFTs in ms, by their start.
func first(ttfts ...int) Level {
	var rs []*record.Record
	for i, ms := range ttfts {
		rs = append(rs, request(1000*i, [2]int{1000*i + ms, 1}))
	}
	return Level{Slots: 1, Trials: []Trial{{Records: rs}}}
}

// Halves of 10, 20 and 30, 60 ms, not in this order of ending: p50 is 25 of all, and 15 and 45 of the halves, 30 on average:
// 20 % more. p99 is 59.1 of all, and 19.9 and 59.7: 39.8, 32.7 % less. In the other trial p50 is 40, 20 and 60: no change;
// so the change is √1.2 in the mean, and t(0.975, 1) = 12.7062 times ln 1.2/2 makes the interval.
func TestLengthBias(t *testing.T) {
	one, other := first(10, 20, 30, 60), first(20, 20, 60, 60)
	one.Trials[0].Records[0], one.Trials[0].Records[3] = one.Trials[0].Records[3], one.Trials[0].Records[0]
	bias := func(levels ...Level) map[string]result.LengthBias {
		var trials []result.Level
		var halves [][2]result.Level
		for _, l := range levels {
			trials, halves = append(trials, Describe(l)), append(halves, Halves(l))
		}
		return Aggregate(trials, halves, 0.95).LengthBias
	}
	check := func(what string, got *float64, want float64) {
		t.Helper()
		if got == nil || math.Abs(*got-want) > 1e-4 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	alone := bias(one)
	check("p50", alone["ttft_p50_ms"].Half, 0.2)
	check("p99", alone["ttft_p99_ms"].Half, 39.8/59.1-1)
	if b := alone["ttft_p50_ms"]; b.Lower != nil || b.Upper != nil || b.NSamples != 1 {
		t.Errorf("an interval of one trial: %+v", b)
	}
	both := bias(one, other)["ttft_p50_ms"]
	check("both", both.Half, math.Sqrt(1.2)-1)
	check("lower", both.Lower, math.Exp((1-12.7062)*math.Log(1.2)/2)-1)
	check("upper", both.Upper, math.Exp((1+12.7062)*math.Log(1.2)/2)-1)
	if _, has := alone["itl_p99_ms"]; has {
		t.Error("a bias of what was not measured")
	}
}
