package report

import (
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func TestTarget(t *testing.T) {
	half, needed, wide := 0.0312, 8, 1.234
	for want, have := range map[string]result.Target{
		"ttft_p99_ms at concurrency 8: ±3.1 %, wanted ±5 % (8 trials needed)": {Stat: "ttft_p99_ms", Level: "concurrency 8", Wanted: 0.05, HalfWidth: &half, Needed: &needed},
		"ttft_p99_ms at concurrency 8: ±123 %, wanted ±5 %":                   {Stat: "ttft_p99_ms", Level: "concurrency 8", Wanted: 0.05, HalfWidth: &wide},
		"ttft_p99_ms at concurrency 8: unknown, wanted ±5 %":                  {Stat: "ttft_p99_ms", Level: "concurrency 8", Wanted: 0.05},
	} {
		if got := target(have); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
