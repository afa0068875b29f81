package splleed

import (
	"bytes"
	"io"

	"github.com/splleed/splleed/internal/compare"
	"github.com/splleed/splleed/internal/report"
	"github.com/splleed/splleed/internal/result"
)

// Comparison is how one result stands against another. What it says is in docs/compare.md.
type Comparison struct{ result.Comparison }

// Comparing is how results are compared. Its zero value is a sane one.
type Comparing struct {
	Metrics         []string `json:"metrics,omitempty"`          // "ttft_p99", "throughput"; default: the ten of docs/compare.md
	Gate            string   `json:"gate,omitempty"`             // limits on changes: "ttft_p99<=+5%, throughput>=-2%"
	ConfidenceLevel float64  `json:"confidence_level,omitempty"` // default 0.95
	Margin          float64  `json:"margin,omitempty"`           // relative differences within it are "same"; default 0.02
	AcceptOneStart  bool     `json:"accept_one_start,omitempty"` // with too few server starts, let verdicts be about these processes
	NameA           string   `json:"name_a,omitempty"`
	NameB           string   `json:"name_b,omitempty"`

	paired bool
}

// Compare sets b against a: per metric and level the ratio with its interval, and whether it is better, worse, the same
// or undecided.
func Compare(a, b *Results) (*Comparison, error) { return Comparing{}.Compare(a, b) }

// Compare is Compare with other metrics, gates or limits.
func (c Comparing) Compare(a, b *Results) (*Comparison, error) {
	made, err := compare.Compare(&a.Run, &b.Run, c.options())
	if err != nil {
		return nil, err
	}
	return &Comparison{*made}, nil
}

// Validate finds what Compare would refuse, before there is anything to compare.
func (c Comparing) Validate() error { return c.options().Check() }

func (c Comparing) options() compare.Options {
	return compare.Options{
		Metrics: c.Metrics, Gates: c.Gate, ConfidenceLevel: c.ConfidenceLevel, Margin: c.Margin, AcceptOneStart: c.AcceptOneStart,
		NameA: c.NameA, NameB: c.NameB, Paired: c.paired,
	}
}

// Print writes the comparison as a table for people.
func (c *Comparison) Print(w io.Writer) error {
	return report.ComparisonText(w, []*result.Comparison{&c.Comparison}, report.Style{})
}

// ComparisonFormats are the names of the formats that comparisons are written in: "text", "json", "junit", "markdown",
// "github", "benchmark-smaller", "benchmark-bigger".
func ComparisonFormats() []string {
	var names []string
	for _, f := range report.Comparisons {
		names = append(names, f.Name)
	}
	return names
}

// ComparisonsText is comparisons with one baseline in one of ComparisonFormats.
func ComparisonsText(format string, cs ...*Comparison) ([]byte, error) {
	f, err := report.ComparisonFormatNamed(format)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = f.Write(&out, contracts(cs), report.Style{})
	return out.Bytes(), err
}

// Save writes the comparison to a file, whole or not at all, in the format that its extension (.json, .xml, .md, .txt) or "FORMAT=FILE" names.
func (c *Comparison) Save(target string) error { return SaveComparisons(target, c) }

// SaveComparisons is Save for several with one baseline.
func SaveComparisons(target string, cs ...*Comparison) error {
	return report.SaveComparisons(target, contracts(cs))
}

func contracts(cs []*Comparison) []*result.Comparison {
	all := make([]*result.Comparison, len(cs))
	for i, c := range cs {
		all[i] = &c.Comparison
	}
	return all
}

// Err is a *GateError unless all gates pass.
func (c *Comparison) Err() error { return FailOnUndecided.Err(c) }

// Err is a *GateError where gates of comparisons failed, or are undecided, and that is to be an error.
func (f FailOn) Err(cs ...*Comparison) error {
	e := &GateError{}
	for _, c := range cs {
		for _, g := range c.Gates {
			e.add(g.Gate, Level{Concurrency: g.Concurrency, ArrivalRate: g.ArrivalRate}, g.Verdict)
		}
	}
	return f.left(e)
}
