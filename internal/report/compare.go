package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// ComparisonFormat is one way to write comparisons with one baseline.
type ComparisonFormat struct {
	Name      string
	Extension string // of files that are written so unless another format is named; "" for none
	Write     func(w io.Writer, cs []*result.Comparison, style Style) error
}

// Comparisons is the table of the formats of comparisons. Adding a format adds a line here.
var Comparisons = []ComparisonFormat{
	{"text", ".txt", ComparisonText},
	{"json", ".json", comparisonJSON},
	{"junit", ".xml", comparisonJUnit},
	{"markdown", ".md", ComparisonMarkdown},
	{"github", "", comparisonAnnotations},
	{"benchmark-smaller", "", func(w io.Writer, cs []*result.Comparison, _ Style) error { return comparisonAction(w, cs, "lower") }},
	{"benchmark-bigger", "", func(w io.Writer, cs []*result.Comparison, _ Style) error { return comparisonAction(w, cs, "higher") }},
}

// ComparisonFormatNamed is the format of a name.
func ComparisonFormatNamed(name string) (ComparisonFormat, error) {
	var known []string
	for _, f := range Comparisons {
		if f.Name == name {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return ComparisonFormat{}, fmt.Errorf("unknown format %q; want %s", name, strings.Join(known, ", "))
}

// ComparisonTarget takes "FILE" or "FORMAT=FILE" apart.
func ComparisonTarget(target string) (format ComparisonFormat, path string, err error) {
	if name, path, ok := strings.Cut(target, "="); ok {
		format, err = ComparisonFormatNamed(name)
		return format, path, err
	}
	var known []string
	for _, f := range Comparisons {
		if f.Extension == "" {
			continue
		}
		if strings.EqualFold(filepath.Ext(target), f.Extension) {
			return f, target, nil
		}
		known = append(known, f.Extension)
	}
	return format, target, fmt.Errorf("%s: unknown extension; want %s, or FORMAT=FILE", target, strings.Join(known, ", "))
}

// comparisonJSON writes one comparison as an object, several as a list.
func comparisonJSON(w io.Writer, cs []*result.Comparison, _ Style) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if len(cs) == 1 {
		return e.Encode(cs[0])
	}
	return e.Encode(cs)
}

// place names a compared load point.
func place(concurrency *int, rate *float64) string {
	l := result.Level{Concurrency: concurrency, ArrivalRate: rate}
	return l.Point()
}

// maybe is a number or a dash.
func maybe(x *float64, form func(float64) string) string {
	if x == nil {
		return "-"
	}
	return form(*x)
}

func thousandths(x float64) string { return fmt.Sprintf("%.3f", x) }

// percent is a ratio as a change: "+4.9 %".
func percent(ratio float64) string { return fmt.Sprintf("%+.1f %%", 100*(ratio-1)) }

// verdictWords is a verdict with what would decide it.
func verdictWords(c *result.Contrast) string {
	switch {
	case c.ProcessVerdict != "":
		return string(c.ProcessVerdict) + "*"
	case c.Verdict == result.Undecided && c.Needed > 0:
		return fmt.Sprintf("undecided (%d)", c.Needed)
	}
	return string(c.Verdict)
}

// gateWords is a gate's finding in a sentence.
func gateWords(g *result.Gate, c *result.Comparison) string {
	words := fmt.Sprintf("%s: %s at %s", strings.ToUpper(string(g.Verdict)), g.Gate, place(g.Concurrency, g.ArrivalRate))
	if g.Ratio != nil {
		words += fmt.Sprintf(": %s, bound %s", percent(*g.Ratio), maybe(g.Bound, percent))
	}
	if g.Needed > 0 {
		words += fmt.Sprintf("; about %d %ss of each would likely decide", g.Needed, c.Unit)
	}
	if g.Note != "" {
		words += "; " + g.Note
	}
	return words
}

// armWords is what an arm is.
func armWords(a result.Arm) string {
	engine := a.Engine
	if a.Version != "" {
		engine += " " + a.Version
	}
	name := a.Name + ": "
	if a.Name == "A" || a.Name == "B" {
		name = ""
	}
	return printable(fmt.Sprintf("%s%s on %s, %s, %s", name, a.Model, engine, plural(a.Starts, "server start"), plural(a.Trials, "trial")))
}
