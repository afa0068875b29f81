package report

import (
	"strings"
	"unicode/utf8"
)

// table is rows of cells: the first row is the header, the first column is flush left, all others flush right. A row of
// one cell is a title across the columns.
type table [][]string

// write writes a table, indented. Where it is wider than the page, intervals move below their numbers.
func (p *page) write(t table) {
	if t.width() > width {
		t = t.stacked()
	}
	widths := t.widths()
	for i, row := range t {
		look := plain
		if i == 0 {
			look = dim
		}
		for _, line := range wrap(render(row, widths), width) {
			p.line("%s", p.paint(look, line))
		}
	}
}

// byLevel writes a table with a row for each level that has something in it, and nothing where none has.
func (p *page) byLevel(title string, columns []string, cell func(level, column int) string) {
	t := table{append([]string{""}, columns...)}
	for i := range p.run.Results {
		row, told := []string{p.run.Results[i].Point()}, false
		for c := range columns {
			x := cell(i, c)
			row, told = append(row, x), told || x != "-"
		}
		if told {
			t = append(t, row)
		}
	}
	if len(t) == 1 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, title))
	p.write(t)
}

func render(row []string, widths []int) string {
	line := "  " + row[0] + pad(row[0], widths[0])
	for c, cell := range row[1:] {
		line += "  " + pad(cell, widths[c+1]) + cell
	}
	return strings.TrimRight(line, " ")
}

// stacked has a row of "±" or ends below each row with intervals.
func (t table) stacked() table {
	var out table
	for _, row := range t {
		above, below, split := make([]string, len(row)), make([]string, len(row)), false
		for c, cell := range row {
			above[c] = cell
			if at := strings.IndexAny(cell, "±["); at > 0 && cell[at-1] == ' ' {
				above[c], below[c], split = cell[:at-1], cell[at:], true
			}
		}
		if out = append(out, above); split {
			out = append(out, below)
		}
	}
	return out
}

func (t table) width() int {
	all := 0
	for _, w := range t.widths() {
		all += 2 + w
	}
	return all
}

// narrowest keeps short columns apart.
const narrowest = 8

func (t table) widths() []int {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		if len(row) == 1 {
			continue
		}
		for c, cell := range row {
			widths[c] = max(widths[c], utf8.RuneCountInString(cell))
			if c > 0 {
				widths[c] = max(widths[c], narrowest)
			}
		}
	}
	return widths
}

func pad(cell string, to int) string {
	return strings.Repeat(" ", max(0, to-utf8.RuneCountInString(cell)))
}
