package metrics

import (
	"math"
	"testing"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// Three trials with TTFTs of 10 ms, 40 ms and none, since its only request failed: the mean is of the two that have
// one, and the interval, on logarithms, stays positive. ln 40 - ln 10 = 1.3863 makes s/√2 = 0.69315 around ln 20, and
// t(0.995, 1) = 63.657.
func TestAggregateLeavesFailedTrialsOut(t *testing.T) {
	var trials []result.Level
	var halves [][2]result.Level
	for _, r := range []*record.Record{request(0, [2]int{10, 1}, [2]int{20, 1}), request(0, [2]int{40, 1}, [2]int{50, 1}), failed(0, record.Connect)} {
		l := Level{Slots: 1, Trials: []Trial{{Records: []*record.Record{r}}}}
		trials, halves = append(trials, Describe(l)), append(halves, Halves(l))
	}
	a := Aggregate(trials, halves, 0.99)
	if len(a.LengthBias) != 0 {
		t.Errorf("halves of one request: %v", a.LengthBias)
	}
	if a.NumRequests != 3 || a.NumSuccessful != 2 || a.NumFailed != 1 {
		t.Errorf("%d requests, %d ok, %d failed; want the sums 3, 2, 1", a.NumRequests, a.NumSuccessful, a.NumFailed)
	}
	i := a.Intervals["ttft_p50_ms"]
	if *i.Mean != 25 || i.NSamples != 2 || i.ConfidenceLevel != 0.99 {
		t.Errorf("mean %v of %d at %v, want 25 of 2 at 0.99", *i.Mean, i.NSamples, i.ConfidenceLevel)
	}
	if want := 20 * math.Exp(-63.657*0.69315); math.Abs(*i.CILower/want-1) > 1e-3 {
		t.Errorf("lower bound %v, want %v", *i.CILower, want)
	}
	if _, has := a.Intervals["tpot_p50_ms"]; !has {
		t.Error("no interval for TPOT")
	}
	if i, has := a.Intervals["ttfa_p50_ms"]; has {
		t.Errorf("an interval of what no trial has: %+v", i)
	}
}

// Ends of [8, 10] and [16, 20] leave a mean of 15 within [12, 15]; a trial whose ends nobody knows leaves no such
// interval, one without a value does.
func TestAggregateOfEnds(t *testing.T) {
	level := func(p50 float64, ends *[2]float64) result.Level {
		return result.Level{TTFTP50Ms: &p50, Metrics: map[string]result.Metric{"ttft": {Instrument: &result.Error{Served: result.Ends{P50: ends}}}}}
	}
	check := func(want *[2]float64, trials ...result.Level) {
		t.Helper()
		got := Aggregate(trials, make([][2]result.Level, len(trials)), 0.95).Intervals["ttft_p50_ms"].Instrument
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	a, b := level(10, &[2]float64{8, 10}), level(20, &[2]float64{16, 20})
	check(&[2]float64{12, 15}, a, b)
	check(&[2]float64{12, 15}, a, b, result.Level{})
	check(nil, a, b, level(30, nil))
}
