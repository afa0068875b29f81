package report

import (
	"testing"

	"github.com/splleed/splleed/internal/result"
)

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
