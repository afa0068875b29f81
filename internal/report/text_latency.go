package report

import (
	"fmt"
	"slices"

	"github.com/splleed/splleed/internal/result"
)

// latencyRow is one latency of the table, under its name in Metrics and in the keys of statistics.
type latencyRow struct{ label, metric, key string }

var latencyRows = []latencyRow{
	{"TTFT", "ttft", "ttft"},
	{"TTFA", "ttfa", "ttfa"},
	{"ITL", "itl", "itl"},
	{"ICL", "icl", "icl"},
	{"stall", "stall", "stall"},
	{"TPOT", "tpot", "tpot"},
	{"E2E", "e2e", "e2el"},
	{"connect", "connect", "connect"},
}

var latencyColumns = []string{"p50", "p95", "p99", "mean"}

// latency writes the latencies, a block a level in one table, so that columns stand in line.
func (p *page) latency() {
	t := table{append([]string{""}, latencyColumns...)}
	for i := range p.run.Results {
		t = append(t, []string{p.levelTitle(&p.run.Results[i])})
		for _, row := range latencyRows {
			t = append(t, p.latencyRow(i, row)...)
		}
	}
	p.line("")
	p.line("%s", p.paint(bold, "Latency, ms"))
	p.write(t)
}

// levelTitle names a level and what else its latencies depend on.
func (p *page) levelTitle(l *result.Level) string {
	title := l.Point()
	if share := l.Tokens.CachedInputShare; share != nil {
		title += fmt.Sprintf("; %.1f %% of input cached", 100**share)
	}
	if many := manyTokens(l.Tokens.PerArrival); many > 0 && l.Metrics["ttft"].Served.N > 0 { // they were streamed
		title += fmt.Sprintf("; %.1f %% of chunks > 1 token", 100*many)
	}
	return title
}

// manyTokens is the share of arrivals that brought more than one token.
func manyTokens(perArrival map[string]int) float64 {
	all := 0
	for _, n := range perArrival {
		all += n
	}
	if all == 0 {
		return 0
	}
	return float64(all-perArrival["1"]-perArrival["0"]) / float64(all)
}

// latencyRow is the row of a metric, none where it is undefined (TTFT without streaming). Below it stand the ends that the
// client's own error sets it, where they show, and what failed requests make of it.
func (p *page) latencyRow(level int, row latencyRow) table {
	l := &p.run.Results[level]
	metric, measured := l.Metrics[row.metric]
	if !measured && (row.metric == "ttfa" || row.metric == "stall") {
		return nil
	}
	if row.metric == "connect" {
		if metric.Served.N < max(1, l.NumSuccessful) {
			return nil // a few that had to connect are no more than that
		}
		p.notes.connect = true
	}
	label := row.label
	if row.metric == "itl" && l.Tokens.ITLSources["chunks"] > 0 {
		label, p.notes.chunks = "ITL (chunks)", true
	}
	if metric.Start == "scheduled" {
		p.notes.due = true
	}
	cells := []string{"  " + label}
	for _, column := range latencyColumns {
		cells = append(cells, p.cell(level, row.key+"_"+column+"_ms", p.support(level, row.metric, column)))
	}
	rows := append(table{cells}, p.ends(level, row)...)
	if l.NumFailed == 0 || metric.Offered == nil {
		if !slices.ContainsFunc(cells[1:], func(cell string) bool { return cell != "-" }) {
			return nil
		}
		return rows
	}
	p.notes.offered = true
	return append(rows, offeredRow(metric.Offered))
}

// support is the mark of a percentile with too few samples behind it: in the whole level or, where its trials are
// averaged, in any of them.
func (p *page) support(level int, metric, percentile string) string {
	weak := func(l *result.Level) bool {
		return slices.Contains(l.Metrics[metric].Served.Unsupported, percentile)
	}
	marked := weak(&p.run.Results[level])
	for _, t := range p.run.TrialResults {
		for i := range t.ConcurrencyResults { // fewer than in the run, if it was interrupted
			l := &t.ConcurrencyResults[i]
			marked = marked || l.Point() == p.run.Results[level].Point() && weak(l)
		}
	}
	if !marked {
		return ""
	}
	p.notes.support = true
	return "?"
}

// offeredRow is a latency over all requests, those that failed counted as endless.
func offeredRow(s *result.Summary) []string {
	cells := []string{"    +failed"}
	for _, column := range latencyColumns {
		cell := "-"
		if x := s.At(column); x != nil {
			cell = digits(*x)
		} else if slices.Contains(s.Beyond, column) {
			cell = "> timeout"
		}
		cells = append(cells, cell)
	}
	return cells
}
