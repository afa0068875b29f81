package instrument

import (
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func ptr[T any](x T) *T { return &x }

// metric has a p50 of 10 ms and a p99 of 40 ms, known to within the given halves of intervals.
func metric(half50, half99 float64) result.Metric {
	return result.Metric{
		Served: result.Summary{N: 1000, P50: ptr(10.0), P99: ptr(40.0)},
		Instrument: &result.Error{Served: result.Ends{
			P50: &[2]float64{10 - 2*half50, 10}, P99: &[2]float64{40, 40 + 2*half99},
		}},
	}
}

func level(metrics map[string]result.Metric) *result.Level {
	return &result.Level{NumSuccessful: 1, Metrics: metrics, Instrument: &result.Instrument{Stamps: "kernel"}}
}

// Limits by hand: of 10 ms, 1 % is 0.1 and 5 % 0.5; of 40 ms, 0.4 and 2.
func TestGradeOfAnError(t *testing.T) {
	check := func(half50, half99 float64, want result.Grade) {
		t.Helper()
		l := level(map[string]result.Metric{"itl": metric(half50, half99)})
		Certify(l)
		if got := l.Metrics["itl"].Instrument.Grade; got != want || l.Instrument.Grade != want {
			t.Errorf("±%v and ±%v: %s, level %s; want %s", half50, half99, got, l.Instrument.Grade, want)
		}
		if said := len(l.Instrument.Reasons) > 0; said != (want != result.OK) {
			t.Errorf("%s, with reasons %q", want, l.Instrument.Reasons)
		}
	}
	check(0, 0, result.OK)
	check(0.09, 0.39, result.OK)
	check(0.11, 0, result.Degraded)
	check(0, 0.41, result.Degraded)
	check(0, 1.99, result.Degraded)
	check(0.51, 0, result.Invalid)
	check(0.11, 2.01, result.Invalid)
}

// Below 0.05 ms nothing finer is asked for, however short the latency.
func TestFinest(t *testing.T) {
	if g := gradeOf(0.04, 0.1); g != result.OK {
		t.Errorf("±0.04 of 0.1 ms is %s", g)
	}
	if g := gradeOf(0.06, 0.1); g != result.Invalid {
		t.Errorf("±0.06 of 0.1 ms is %s", g)
	}
}

func TestWeakPercentilesAreNotGraded(t *testing.T) {
	m := metric(0, 30)
	m.Served.Unsupported = []string{"p99"}
	l := level(map[string]result.Metric{"itl": m})
	if Certify(l); l.Instrument.Grade != result.OK {
		t.Errorf("%s: %q", l.Instrument.Grade, l.Instrument.Reasons)
	}
}

// Metrics with the same cause share a reason; the gravest comes first.
func TestReasons(t *testing.T) {
	l := level(map[string]result.Metric{"ttft": metric(0.2, 0), "itl": metric(0, 4), "icl": metric(0, 3), "e2e": metric(0, 0)})
	l.Instrument.Merged = 7
	Certify(l)
	want := []string{
		"7 chunks were read late and came merged: itl (p99 40 ms lies in [40, 48]), icl",
		"7 chunks were read late and came merged: ttft (p50 10 ms lies in [9.6, 10])",
	}
	if !slices.Equal(l.Instrument.Reasons, want) {
		t.Errorf("got %q", l.Instrument.Reasons)
	}
	if got := l.Metrics["icl"].Instrument.Reasons; len(got) != 1 || !strings.HasPrefix(got[0], "p99 40 ms lies in [40, 46]: 7 chunks") {
		t.Errorf("icl: %q", got)
	}
}

func TestStampsOfUnknownLag(t *testing.T) {
	l := level(map[string]result.Metric{"itl": metric(0, 0)})
	l.Instrument.Stamps = "user"
	if Certify(l); l.Instrument.Grade != result.Degraded || len(l.Instrument.Reasons) != 1 {
		t.Errorf("%s: %q", l.Instrument.Grade, l.Instrument.Reasons)
	}
}
