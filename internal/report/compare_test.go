package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// against is a comparison with the baseline at some concurrencies, where the ratio is 1 + concurrency/100.
func against(name string, concurrencies ...int) *result.Comparison {
	c := &result.Comparison{A: result.Arm{Name: "a.json"}, B: result.Arm{Name: name}}
	for _, n := range concurrencies {
		c.Levels = append(c.Levels, result.ComparedLevel{Concurrency: ptr(n), Metrics: []result.Contrast{
			{Metric: "ttft_p99", Ratio: ptr(1 + float64(n)/100), Verdict: result.Worse},
		}})
	}
	return c
}

// Files may have other levels in common with the baseline: each column has its own.
func TestBaselineOfDifferentLevels(t *testing.T) {
	var out bytes.Buffer
	if err := ComparisonText(&out, []*result.Comparison{against("b.json", 1, 8), against("c.json", 8, 16)}, Style{}); err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(out.String(), "against a.json  ")
	want := []string{
		"concurrency 1", "ttft_p99 +1.0 % worse -",
		"concurrency 8", "ttft_p99 +8.0 % worse +8.0 % worse",
		"concurrency 16", "ttft_p99 - +16.0 % worse",
	}
	lines := strings.Split(strings.TrimSpace(table), "\n")[1:]
	if len(lines) != len(want) {
		t.Fatalf("the table is\n%s", table)
	}
	for i, line := range lines {
		if got := strings.Join(strings.Fields(line), " "); got != want[i] {
			t.Errorf("line %d is %q, want %q", i+1, got, want[i])
		}
	}
}
