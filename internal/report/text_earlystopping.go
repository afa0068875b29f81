package report

import (
	"fmt"
	"slices"

	"github.com/splleed/splleed/internal/result"
)

var earlyStoppingColumns = []struct{ title, metric, percentile string }{
	{"TTFT p90", "ttft", "p90"},
	{"TTFT p99", "ttft", "p99"},
	{"E2E p90", "e2e", "p90"},
	{"E2E p99", "e2e", "p99"},
}

// earlyStopping writes the bounds of LoadGen, where they were asked for: of all requests, those that failed as endless.
func (p *page) earlyStopping() {
	t := table{{""}}
	for _, c := range earlyStoppingColumns {
		t[0] = append(t[0], c.title)
	}
	for i := range p.run.Results {
		l := &p.run.Results[i]
		row := []string{load(l)}
		for _, c := range earlyStoppingColumns {
			row = append(row, earlyStoppingCell(l.Metrics[c.metric].Offered, c.percentile))
		}
		if slices.ContainsFunc(row[1:], func(cell string) bool { return cell != "-" }) {
			t = append(t, row)
		}
	}
	if len(t) == 1 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "Upper bounds by MLPerf's early stopping (99 %, iid-only), ms"))
	p.write(t)
}

func earlyStoppingCell(s *result.Summary, percentile string) string {
	if s == nil {
		return "-"
	}
	bound, asked := s.EarlyStopping[percentile]
	switch {
	case !asked:
		return "-"
	case bound.Upper != nil:
		return digits(*bound.Upper)
	case bound.Rank > 0:
		return "> timeout"
	}
	return fmt.Sprintf("n < %d", bound.Needed)
}
