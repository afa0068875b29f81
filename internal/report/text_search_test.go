package report

import (
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// Where some trials have no knee inside the grid, it says how many have one.
func TestKnee(t *testing.T) {
	p := &page{run: &result.Run{NTrials: 5}}
	check := func(k *result.Interval, want string) {
		t.Helper()
		if got := p.knee(&result.Sweep{Over: "concurrency", Knee: k}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(nil, "No knee inside the grid: sweep further.")
	check(&result.Interval{Mean: ptr(8.0), CILower: ptr(4.0), CIUpper: ptr(16.0), NSamples: 5}, "Knee (most throughput per latency): concurrency 8 [4, 16].")
	check(&result.Interval{Mean: ptr(8.0), NSamples: 3}, "Knee (most throughput per latency): concurrency 8 in 3 of 5 trials.")
	p.run.NTrials = 1
	check(&result.Interval{Mean: ptr(8.0), NSamples: 1}, "Knee (most throughput per latency): concurrency 8.")
}

func TestAnswer(t *testing.T) {
	check := func(s result.Search, want string) {
		t.Helper()
		s.Over, s.Goals = "arrival_rate", []string{"ttft_p99=500"}
		if got := answer(&s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	const highest = "The highest arrival_rate that meets ttft_p99=500: 68.3"
	check(result.Search{}, "No arrival_rate that was tried meets ttft_p99=500.")
	check(result.Search{Load: ptr(68.3), Confirmed: true, Bounded: true, Low: ptr(67.5), High: ptr(69.8)}, highest+" (67.5 clearly passes, 69.8 clearly fails).")
	check(result.Search{Load: ptr(68.3), Bounded: true}, highest+", not confirmed (none clearly passes).")
	check(result.Search{Load: ptr(68.3), Confirmed: true}, highest+", the highest that was tried: none failed.")
}
