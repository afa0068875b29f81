package report

import (
	"fmt"

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
	var titles []string
	for _, c := range earlyStoppingColumns {
		titles = append(titles, c.title)
	}
	p.byLevel("Upper bounds by MLPerf's early stopping (99 %, iid-only), ms", titles, func(level, column int) string {
		c := earlyStoppingColumns[column]
		return earlyStoppingCell(p.run.Results[level].Metrics[c.metric].Offered, c.percentile)
	})
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
