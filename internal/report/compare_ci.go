package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// comparisonJUnit writes gates as test cases: one that fails is a failure, one that is undecided is skipped. Without
// gates, every metric is a case that fails where B is worse.
func comparisonJUnit(w io.Writer, cs []*result.Comparison, _ Style) error {
	var all junitSuites
	for _, c := range cs {
		suite := junitSuite{Name: fmt.Sprintf("splleed: %s against %s", c.B.Name, c.A.Name)}
		for i := range c.Gates {
			suite.add(place(c.Gates[i].Concurrency, c.Gates[i].ArrivalRate), c.Gates[i].Gate, c.Gates[i].Verdict, gateWords(&c.Gates[i], c))
		}
		for _, l := range c.Levels {
			for i := range l.Metrics {
				if x := &l.Metrics[i]; len(c.Gates) == 0 {
					suite.add(place(l.Concurrency, l.ArrivalRate), x.Metric, x.Verdict, contrastWords(x))
				}
			}
		}
		all.Suites = append(all.Suites, suite)
	}
	return all.write(w)
}

// contrastWords is a contrast in a sentence.
func contrastWords(c *result.Contrast) string {
	words := fmt.Sprintf("%s: %s → %s", c.Metric, maybe(c.A, digits), maybe(c.B, digits))
	if c.Ratio != nil {
		words += fmt.Sprintf(" (%s, interval %s to %s)", percent(*c.Ratio), maybe(c.Low, percent), maybe(c.High, percent))
	}
	return words + ": " + verdictWords(c)
}

// comparisonAnnotations writes workflow commands of GitHub Actions: an error for each gate that failed, a warning for
// each that is undecided; without gates a warning for what is worse.
func comparisonAnnotations(w io.Writer, cs []*result.Comparison, _ Style) error {
	var out strings.Builder
	for _, c := range cs {
		for i := range c.Gates {
			switch g := &c.Gates[i]; g.Verdict {
			case result.Fail:
				annotate(&out, "error", "splleed gate", gateWords(g, c))
			case result.Undecided:
				annotate(&out, "warning", "splleed gate", gateWords(g, c))
			}
		}
		for _, l := range c.Levels {
			for i := range l.Metrics {
				if x := &l.Metrics[i]; len(c.Gates) == 0 && x.Verdict == result.Worse {
					annotate(&out, "warning", "splleed: worse", place(l.Concurrency, l.ArrivalRate)+": "+contrastWords(x))
				}
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// annotate escapes what a workflow command has special characters for.
func annotate(out *strings.Builder, kind, title, message string) {
	message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(message)
	title = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(title)
	fmt.Fprintf(out, "::%s title=%s::%s\n", kind, title, message)
}

// ComparisonMarkdown writes tables for a comment on a pull request or a step summary.
func ComparisonMarkdown(w io.Writer, cs []*result.Comparison, _ Style) error {
	var out strings.Builder
	for _, c := range cs {
		fmt.Fprintf(&out, "### splleed: %s against %s\n\n- %s\n- %s\n", cell(c.B.Name), cell(c.A.Name), cell(armWords(c.A)), cell(armWords(c.B)))
		for _, d := range append(c.LoadDifferences[:len(c.LoadDifferences):len(c.LoadDifferences)], c.SetupDifferences...) {
			fmt.Fprintf(&out, "- %s: `%s` → `%s`\n", cell(d.What), code(d.A), code(d.B))
		}
		out.WriteString("\n")
		for i := range c.Gates {
			mark := map[result.Verdict]string{result.Pass: "✅", result.Fail: "❌"}[c.Gates[i].Verdict]
			fmt.Fprintf(&out, "%s %s  \n", or(mark, "❔"), cell(gateWords(&c.Gates[i], c)))
		}
		for _, l := range c.Levels {
			fmt.Fprintf(&out, "\n**%s**\n\n| metric | A | B | change | interval | p (Holm) | verdict |\n|---|--:|--:|--:|--:|--:|---|\n", place(l.Concurrency, l.ArrivalRate))
			for i := range l.Metrics {
				x := &l.Metrics[i]
				fmt.Fprintf(&out, "| %s | %s | %s | %s | %s … %s | %s | %s |\n", x.Metric, maybe(x.A, digits), maybe(x.B, digits),
					maybe(x.Ratio, percent), maybe(x.Low, percent), maybe(x.High, percent), maybe(x.PHolm, pValue), cell(verdictWords(x)))
			}
		}
		out.WriteString("\n")
		for _, warning := range c.Warnings {
			fmt.Fprintf(&out, "> %s\n>\n", cell(warning))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// cell is text for Markdown: on one line, with nothing that would end a table's cell or begin a tag.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;", "*", "\\*").Replace(printable(s))
}

func code(s string) string { return strings.ReplaceAll(printable(s), "`", "'") }

// comparisonAction writes what github-action-benchmark reads with its tools customSmallerIsBetter ("lower") and
// customBiggerIsBetter ("higher"): B's figures, with half the interval of the ratio as their range.
func comparisonAction(w io.Writer, cs []*result.Comparison, better string) error {
	type entry struct {
		Name  string  `json:"name"`
		Unit  string  `json:"unit"`
		Value float64 `json:"value"`
		Range string  `json:"range,omitempty"`
		Extra string  `json:"extra,omitempty"`
	}
	all := []entry{}
	for _, c := range cs {
		for _, l := range c.Levels {
			for i := range l.Metrics {
				x := &l.Metrics[i]
				if x.Better != better || x.B == nil {
					continue
				}
				e := entry{fmt.Sprintf("%s, %s, %s", c.B.Name, place(l.Concurrency, l.ArrivalRate), x.Metric), unit(x.Metric), *x.B, "", contrastWords(x)}
				if x.Low != nil && x.High != nil {
					e.Range = "± " + rough((*x.High-*x.Low)/2**x.B / *x.Ratio)
				}
				all = append(all, e)
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// unit is that of a metric.
func unit(metric string) string {
	switch {
	case metric == "goodput":
		return "%"
	case metric == "output_tokens_per_sec":
		return "tokens/s"
	case strings.HasSuffix(metric, "_per_sec"):
		return "requests/s"
	}
	return "ms"
}
