package report

import (
	"fmt"
	"slices"

	"github.com/splleed/splleed/internal/result"
)

var lengthColumns = []struct{ title, key string }{
	{"TTFT p50", "ttft_p50_ms"},
	{"TTFT p99", "ttft_p99_ms"},
	{"ITL p99", "itl_p99_ms"},
	{"E2E p50", "e2el_p50_ms"},
	{"E2E p99", "e2el_p99_ms"},
}

// lengthBias says what percentiles would be if trials were half as long, a row a level.
func (p *page) lengthBias() {
	t := table{{""}}
	for _, c := range lengthColumns {
		t[0] = append(t[0], c.title)
	}
	for i, a := range p.run.AggregatedResults {
		row := []string{load(&p.run.Results[i])}
		for _, c := range lengthColumns {
			row = append(row, lengthCell(a.LengthBias[c.key]))
		}
		if slices.ContainsFunc(row[1:], func(cell string) bool { return cell != "-" }) {
			t = append(t, row)
		}
	}
	if len(t) == 1 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "Bias by trial length: change if trials were half as long, %"))
	p.write(t)
}

func lengthCell(b result.LengthBias) string {
	if b.Half == nil || b.Lower == nil || b.Upper == nil {
		return "-"
	}
	return fmt.Sprintf("%+.1f ±%s", 100**b.Half, rough(50*(*b.Upper-*b.Lower)))
}
