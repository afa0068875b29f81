package report

import (
	"fmt"
	"math"

	"github.com/splleed/splleed/internal/result"
)

// throughput writes the rates, a row a level.
func (p *page) throughput() {
	t := table{{"", "ok/sent", "requests/s", "output tok/s"}}
	goodput := p.hasGoodput()
	if goodput {
		t[0] = append(t[0], "goodput %")
	}
	for i := range p.run.Results {
		l := &p.run.Results[i]
		mark := ""
		if l.Window.Kind != "full_swing" && l.Window.Kind != "" {
			mark, p.notes.ramp = "~", true
		}
		row := []string{
			l.Point(), fmt.Sprintf("%d/%d", l.NumSuccessful, l.NumRequests),
			p.cell(i, "requests_per_sec", mark), p.cell(i, "output_tokens_per_sec", mark),
		}
		if goodput {
			row = append(row, p.cell(i, "goodput_pct", ""))
		}
		t = append(t, row)
	}
	p.line("")
	p.line("%s", p.paint(bold, "Throughput"))
	p.write(t)
}

func (p *page) hasGoodput() bool {
	for _, l := range p.run.Results {
		if l.Goodput != nil || l.GoodputPct != nil {
			return true
		}
	}
	return false
}

// cell is a statistic of a level: with several trials the mean over them and its interval, otherwise (or where too few
// trials have it) the value over all requests. The mark trails.
func (p *page) cell(level int, key, mark string) string {
	if i := p.interval(level, key); i != nil {
		p.notes.over(i)
		if lopsided(i) {
			p.notes.lopsided = true
			return fmt.Sprintf("%s [%s, %s]%s", digits(*i.Mean), digits(*i.CILower), digits(*i.CIUpper), mark)
		}
		return digits(*i.Mean) + " ±" + rough((*i.CIUpper-*i.CILower)/2) + mark
	}
	if s := statOf(key); s != nil {
		if x := s.Get(&p.run.Results[level]); x != nil {
			return digits(*x) + mark
		}
	}
	return "-"
}

// interval is that of a statistic over trials; nil where there is none.
func (p *page) interval(level int, key string) *result.Interval {
	if level >= len(p.run.AggregatedResults) {
		return nil
	}
	i, ok := p.run.AggregatedResults[level].Intervals[key]
	if !ok || i.Mean == nil || i.CILower == nil || i.CIUpper == nil {
		return nil
	}
	return &i
}

// lopsided reports whether "±" would put the ends of an interval in the wrong place, by more than a tenth of its half, which
// is about what two digits tell: on the log scale a wide one reaches much further up than down.
func lopsided(i *result.Interval) bool {
	half, middle := (*i.CIUpper-*i.CILower)/2, (*i.CIUpper+*i.CILower)/2
	return math.Abs(middle-*i.Mean) > half/10
}
