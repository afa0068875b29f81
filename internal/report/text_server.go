package report

import (
	"fmt"

	"github.com/splleed/splleed/internal/result"
)

// serverColumn is a column of the server's own view, left out where no level has it.
type serverColumn struct {
	title string
	cell  func(s *result.Server) *float64
}

var serverState = []serverColumn{
	{"running", func(s *result.Server) *float64 { return s.Gauges["running"].Mean }},
	{"waiting", func(s *result.Server) *float64 { return s.Gauges["waiting"].Mean }},
	{"most", func(s *result.Server) *float64 { return s.Gauges["waiting"].Max }},
	{"KV cache %", func(s *result.Server) *float64 { return percents(s.Gauges["kv_cache_usage"].Max) }},
	{"cache hits %", func(s *result.Server) *float64 { return percents(s.PrefixCacheHitRate) }},
}

var serverLatencies = []serverColumn{
	{"TTFT", func(s *result.Server) *float64 { return s.Latencies["ttft"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["ttft"].ClientMeanMs }},
	{"ITL", func(s *result.Server) *float64 { return s.Latencies["itl"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["itl"].ClientMeanMs }},
	{"E2E", func(s *result.Server) *float64 { return s.Latencies["e2e"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["e2e"].ClientMeanMs }},
}

func percents(share *float64) *float64 {
	if share == nil {
		return nil
	}
	x := 100 * *share
	return &x
}

// server writes what the server said of itself, and where that is not what the client saw.
func (p *page) server() {
	p.serverTable("The server's own view: means; most waiting, highest use of its KV cache", serverState)
	p.serverTable("Its latencies and the client's of the same time, means in ms", serverLatencies)
	said := p.text.Len()
	p.line("")
	before := p.text.Len()
	for i := range p.run.Results {
		if l := &p.run.Results[i]; l.Server != nil {
			p.serverNotes(l)
		}
	}
	if p.text.Len() == before {
		p.text.Truncate(said)
	}
}

// serverTable writes a row a level, of those columns that some level has.
func (p *page) serverTable(title string, columns []serverColumn) {
	t := table{{""}}
	var shown []serverColumn
	for _, c := range columns {
		if p.told(c) {
			shown, t[0] = append(shown, c), append(t[0], c.title)
		}
	}
	if len(shown) == 0 {
		return
	}
	for i := range p.run.Results {
		if l := &p.run.Results[i]; l.Server != nil {
			t = append(t, serverRow(l, shown))
		}
	}
	p.line("")
	p.line("%s", p.paint(bold, title))
	p.write(t)
}

// told reports whether some level has a column.
func (p *page) told(c serverColumn) bool {
	for _, l := range p.run.Results {
		if l.Server != nil && c.cell(l.Server) != nil {
			return true
		}
	}
	return false
}

func serverRow(l *result.Level, columns []serverColumn) []string {
	row := []string{load(l)}
	for _, c := range columns {
		cell := "-"
		if x := c.cell(l.Server); x != nil {
			cell = digits(*x)
		}
		row = append(row, cell)
	}
	return row
}

// serverNotes says what has no column: disagreements first.
func (p *page) serverNotes(l *result.Level) {
	s := l.Server
	note := func(look look, format string, args ...any) {
		p.paragraph(look, "    ", "  "+load(l)+": "+printable(fmt.Sprintf(format, args...)))
	}
	for _, words := range s.Disagreements {
		note(yellow, "server metrics: %s", words)
	}
	if n := s.Counters["preemptions"]; n > 0 {
		note(yellow, "%s: sequences lost their KV cache to others", plural(int(n), "preemption"))
	}
	if s.SpecDecodeAcceptance != nil {
		note(plain, "%.1f %% of the drafted tokens were accepted", 100**s.SpecDecodeAcceptance)
	}
	if s.Failed > 0 {
		note(yellow, "%d of %d looks at the server's metrics brought nothing: %s", s.Failed, s.Failed+s.Scrapes, s.FailedExample)
	}
}
