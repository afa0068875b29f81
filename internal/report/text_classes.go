package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/splleed/splleed/internal/result"
)

// classes writes the parts of the load that are reported by themselves: the classes of a mix, and the probes beside it.
func (p *page) classes() {
	t := table{{"", "ok/sent", "TTFT p50", "TTFT p99", "TPOT p50", "E2E p50", "E2E p99"}}
	for i := range p.run.Results {
		l := &p.run.Results[i]
		t = append(t, []string{l.Point()})
		for _, name := range slices.Sorted(maps.Keys(l.Classes)) {
			t = append(t, classRow("  "+printable(name), l.Classes[name]))
		}
		if l.Probe != nil {
			t = append(t, classRow("  probes", *l.Probe))
		}
		if len(t[len(t)-1]) == 1 { // no parts
			t = t[:len(t)-1]
		}
	}
	if len(t) == 1 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "Parts of the load, ms"))
	p.write(t)
}

func classRow(name string, c result.Class) []string {
	row := []string{name, fmt.Sprintf("%d/%d", c.NumSuccessful, c.NumRequests)}
	for _, of := range [][2]string{{"ttft", "p50"}, {"ttft", "p99"}, {"tpot", "p50"}, {"e2e", "p50"}, {"e2e", "p99"}} {
		cell := "-"
		if x := c.Metrics[of[0]].Served.At(of[1]); x != nil {
			cell = digits(*x)
			if slices.Contains(c.Metrics[of[0]].Served.Unsupported, of[1]) {
				cell += "?"
			}
		}
		row = append(row, cell)
	}
	return row
}
