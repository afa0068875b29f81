package report

import (
	"fmt"

	"github.com/splleed/splleed/internal/result"
)

var lengthColumns = []struct{ title, key string }{
	{"TTFT p50", "ttft_p50_ms"},
	{"TTFT p99", "ttft_p99_ms"},
	{"ITL p99", "itl_p99_ms"},
	{"E2E p50", "e2el_p50_ms"},
	{"E2E p99", "e2el_p99_ms"},
}

// lengthBias says what percentiles would be if trials were half as long.
func (p *page) lengthBias() {
	var titles []string
	for _, c := range lengthColumns {
		titles = append(titles, c.title)
	}
	p.byLevel("Bias by trial length: change if trials were half as long, %", titles, func(level, column int) string {
		if level >= len(p.run.AggregatedResults) {
			return "-"
		}
		return lengthCell(p.run.AggregatedResults[level].LengthBias[lengthColumns[column].key])
	})
}

func lengthCell(b result.LengthBias) string {
	if b.Half == nil || b.Lower == nil || b.Upper == nil {
		return "-"
	}
	return fmt.Sprintf("%+.1f ±%s", 100**b.Half, rough(50*(*b.Upper-*b.Lower)))
}
