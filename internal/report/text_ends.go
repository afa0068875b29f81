package report

import (
	"fmt"
	"math"

	"github.com/splleed/splleed/internal/result"
)

// ends is the row of the ends between which the client's own error lets the numbers of a latency lie, where its grade is
// not ok: of those whose printed digits claim more. None where there is no such number.
func (p *page) ends(level int, row latencyRow) table {
	graded := p.run.Results[level].Metrics[row.metric].Instrument
	if graded == nil || graded.Grade == result.OK {
		return nil
	}
	cells, any := []string{"    lies in"}, false
	for _, column := range latencyColumns {
		cell := ""
		if e := p.endsOf(level, row.key+"_"+column+"_ms"); e != nil && e[1]-e[0] > math.Pow10(-decimals(e[1])) {
			cell, any = fmt.Sprintf("[%s, %s]", digits(e[0]), digits(e[1])), true
		}
		cells = append(cells, cell)
	}
	if !any {
		return nil
	}
	p.notes.ends = true
	return table{cells}
}

// endsOf are those of the number that cell prints.
func (p *page) endsOf(level int, key string) *[2]float64 {
	if i := p.interval(level, key); i != nil {
		return i.Instrument
	}
	if s := statOf(key); s != nil && s.Ends != nil {
		return s.Ends(&p.run.Results[level])
	}
	return nil
}

func statOf(key string) *result.Stat {
	for i := range result.Stats {
		if result.Stats[i].Key == key {
			return &result.Stats[i]
		}
	}
	return nil
}
