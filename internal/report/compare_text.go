package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/splleed/splleed/internal/result"
)

// ComparisonText writes comparisons for people, at most 80 columns wide; several with one baseline also as one table.
func ComparisonText(w io.Writer, cs []*result.Comparison, style Style) error {
	p := &page{style: style}
	for i, c := range cs {
		if i > 0 {
			p.line("")
		}
		p.comparison(c)
	}
	if len(cs) > 1 {
		p.line("")
		p.baseline(cs)
	}
	_, err := w.Write(p.text.Bytes())
	return err
}

func (p *page) comparison(c *result.Comparison) {
	p.paragraph(bold, "  ", printable("splleed: "+c.B.Name+" against "+c.A.Name))
	p.paragraph(plain, "    ", "  A: "+armWords(c.A))
	p.paragraph(plain, "    ", "  B: "+armWords(c.B))
	p.differences("load differs", yellow, c.LoadDifferences)
	p.differences("differs", plain, c.SetupDifferences)
	t := table{{"", "A", "B", "B/A", fmt.Sprintf("%s %%", exact(100*c.ConfidenceLevel)), "p", "p(U)", "verdict"}}
	for _, l := range c.Levels {
		t = append(t, []string{place(l.Concurrency, l.ArrivalRate)})
		for i := range l.Metrics {
			t = append(t, contrastRow(&l.Metrics[i]))
		}
	}
	p.line("")
	p.dense(t)
	p.gates(c)
	p.comparisonLegend(c)
	p.line("")
	for _, warning := range c.Warnings {
		p.paragraph(yellow, "  ", "warning: "+printable(warning))
	}
}

func (p *page) differences(title string, look look, all []result.Difference) {
	const most = 12
	for i, d := range all {
		if i == most {
			p.paragraph(look, "    ", fmt.Sprintf("  %s in %d more ways (see the JSON)", title, len(all)-most))
			return
		}
		p.paragraph(look, "    ", printable(fmt.Sprintf("  %s: %s: %s | %s", title, d.What, blank(d.A), blank(d.B))))
	}
}

func blank(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func contrastRow(c *result.Contrast) []string {
	interval := "-"
	if c.Low != nil && c.High != nil {
		interval = fmt.Sprintf("%.3f–%.3f", *c.Low, *c.High)
	}
	a, b := maybe(c.A, digits), maybe(c.B, digits)
	if c.A == nil && c.NA > 0 {
		a = "> timeout"
	}
	if c.B == nil && c.NB > 0 {
		b = "> timeout"
	}
	label := map[string]string{"output_tokens_per_sec": "out tok/s", "requests_per_sec": "requests/s"}[c.Metric]
	if label == "" {
		label = c.Metric
	}
	return []string{"  " + label, a, b, maybe(c.Ratio, thousandths), interval, maybe(c.PHolm, pValue), maybe(c.PMannWhitney, pValue), verdictWords(c)}
}

// dense writes a table of many columns, each as narrow as its cells.
func (p *page) dense(t table) {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for c := range row {
			if len(row) > 1 {
				widths[c] = max(widths[c], utf8.RuneCountInString(row[c]))
			}
		}
	}
	for i, row := range t {
		look := plain
		if i == 0 {
			look = dim
		}
		p.line("%s", p.paint(look, render(row, widths)))
	}
}

func pValue(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func (p *page) gates(c *result.Comparison) {
	if len(c.Gates) > 0 {
		p.line("")
	}
	looks := map[result.Verdict]look{result.Fail: red, result.Undecided: yellow}
	for i := range c.Gates {
		p.paragraph(looks[c.Gates[i].Verdict], "  ", gateWords(&c.Gates[i], c))
	}
}

func (p *page) comparisonLegend(c *result.Comparison) {
	words := []string{
		fmt.Sprintf("B/A: of geometric means over %ss, with its interval.", c.Unit),
		"p: Welch's on logarithms, after Holm; p(U): exact Mann-Whitney.",
		fmt.Sprintf("same: within %s %%.", exact(100*c.Margin)),
		fmt.Sprintf("undecided (n): about n %ss of each would likely decide.", c.Unit),
	}
	if strings.Contains(c.About, "processes") {
		words = append(words, "*: of these two processes; of the servers it is undecided, since there are too few server starts.")
	}
	p.line("")
	p.paragraph(dim, "", strings.Join(words, " "))
}

// baseline is the table of several against one: a row a metric, a column each.
func (p *page) baseline(cs []*result.Comparison) {
	header := []string{"against " + cs[0].A.Name}
	shown := map[string]bool{}
	for _, c := range cs {
		header = append(header, c.B.Name)
	}
	t := table{header}
	for _, c := range cs { // one may have a level that those before it have not
		for _, level := range c.Levels {
			at := place(level.Concurrency, level.ArrivalRate)
			if shown[at] {
				continue
			}
			shown[at] = true
			t = append(t, []string{at})
			for _, x := range level.Metrics {
				row := []string{"  " + x.Metric}
				for _, c := range cs {
					row = append(row, brief(c, at, x.Metric))
				}
				t = append(t, row)
			}
		}
	}
	p.write(t)
}

// brief is the change of a metric at a level, and its verdict; "-" where a comparison has none.
func brief(c *result.Comparison, at, metric string) string {
	for _, level := range c.Levels {
		for i := range level.Metrics {
			if x := &level.Metrics[i]; x.Metric == metric && place(level.Concurrency, level.ArrivalRate) == at {
				return maybe(x.Ratio, percent) + " " + string(x.Verdict)
			}
		}
	}
	return "-"
}
