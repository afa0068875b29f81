package report

import (
	"fmt"

	"github.com/splleed/splleed/internal/result"
)

// toldColumn is a column of what a level was told by T, left out where no level has it.
type toldColumn[T any] struct {
	title string
	cell  func(told *T) *float64
}

var serverState = []toldColumn[result.Server]{
	{"running", func(s *result.Server) *float64 { return s.Gauges["running"].Mean }},
	{"waiting", func(s *result.Server) *float64 { return s.Gauges["waiting"].Mean }},
	{"most", func(s *result.Server) *float64 { return s.Gauges["waiting"].Max }},
	{"KV cache %", func(s *result.Server) *float64 { return percents(s.Gauges["kv_cache_usage"].Max) }},
	{"cache hits %", func(s *result.Server) *float64 { return percents(s.PrefixCacheHitRate) }},
}

var serverLatencies = []toldColumn[result.Server]{
	{"TTFT", func(s *result.Server) *float64 { return s.Latencies["ttft"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["ttft"].ClientMeanMs }},
	{"ITL", func(s *result.Server) *float64 { return s.Latencies["itl"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["itl"].ClientMeanMs }},
	{"E2E", func(s *result.Server) *float64 { return s.Latencies["e2e"].MeanMs }},
	{"client", func(s *result.Server) *float64 { return s.Latencies["e2e"].ClientMeanMs }},
}

var gpuUse = []toldColumn[result.GPUUse]{
	{"busy %", func(g *result.GPUUse) *float64 { return g.Gauges["utilization_pct"].Mean }},
	{"W", func(g *result.GPUUse) *float64 { return g.PowerW }},
	{"memory MiB", func(g *result.GPUUse) *float64 { return g.Gauges["memory_mib"].Max }},
	{"J/token", func(g *result.GPUUse) *float64 { return g.JoulesPerOutputToken }},
}

func serverOf(l *result.Level) *result.Server { return l.Server }
func gpusOf(l *result.Level) *result.GPUUse   { return l.GPU }

func percents(share *float64) *float64 {
	if share == nil {
		return nil
	}
	x := 100 * *share
	return &x
}

// server writes what the server said of itself, and where that is not what the client saw.
func (p *page) server() {
	toldTable(p, "The server's own view: means; most waiting, highest use of its KV cache", serverOf, serverState)
	toldTable(p, "Its latencies and the client's of the same time, means in ms", serverOf, serverLatencies)
	toldTable(p, "Its GPUs, all together: means, most memory, energy per output token", gpusOf, gpuUse)
	said := p.text.Len()
	p.line("")
	before := p.text.Len()
	for i := range p.run.Results {
		if l := &p.run.Results[i]; l.Server != nil {
			p.serverNotes(l)
		}
		if l := &p.run.Results[i]; l.GPU != nil {
			p.gpuNotes(l)
		}
	}
	if p.text.Len() == before {
		p.text.Truncate(said)
	}
}

// toldTable writes a row a level, of those columns that some level has.
func toldTable[T any](p *page, title string, of func(*result.Level) *T, columns []toldColumn[T]) {
	t := table{{""}}
	var shown []toldColumn[T]
	for _, c := range columns {
		if told(p.run.Results, of, c) {
			shown, t[0] = append(shown, c), append(t[0], c.title)
		}
	}
	if len(shown) == 0 {
		return
	}
	for i := range p.run.Results {
		l := &p.run.Results[i]
		if from := of(l); from != nil {
			t = append(t, append([]string{l.Point()}, toldRow(from, shown)...))
		}
	}
	p.line("")
	p.line("%s", p.paint(bold, title))
	p.write(t)
}

// told reports whether some level has a column.
func told[T any](levels []result.Level, of func(*result.Level) *T, c toldColumn[T]) bool {
	for i := range levels {
		if from := of(&levels[i]); from != nil && c.cell(from) != nil {
			return true
		}
	}
	return false
}

func toldRow[T any](from *T, columns []toldColumn[T]) (row []string) {
	for _, c := range columns {
		row = append(row, maybe(c.cell(from), digits))
	}
	return row
}

// serverNotes says what has no column: disagreements first.
func (p *page) serverNotes(l *result.Level) {
	s := l.Server
	note := p.noter(l)
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

// gpuNotes says what has no column.
func (p *page) gpuNotes(l *result.Level) {
	note := p.noter(l)
	if g := l.GPU; g.Failed > 0 {
		note(yellow, "%d of %d looks at the GPUs brought nothing: %s", g.Failed, g.Failed+g.Readings, g.FailedExample)
	}
	if g := l.GPU; g.PowerW == nil {
		note(plain, "the GPUs' power in the window is not known: it is not told, or too seldom")
	}
}

// noter writes notes on a level.
func (p *page) noter(l *result.Level) func(look look, format string, args ...any) {
	return func(look look, format string, args ...any) {
		p.paragraph(look, "    ", "  "+l.Point()+": "+printable(fmt.Sprintf(format, args...)))
	}
}
