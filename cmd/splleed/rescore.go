package main

import (
	"errors"
	"io"
	"os"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/invalid"
)

// scoreFlags are what can be chosen anew when results are computed again.
type scoreFlags struct {
	SLO             goals     `name:"slo" help:"Other goals of requests and of levels: ttft=200,tpot=50 (ms), ttft_p99=500,goodput=99%." placeholder:"GOALS" aliases:"goodput"`
	FailOn          string    `help:"Verdicts on levels that set the exit code: undecided (default: 4 and 5), fail or never." placeholder:"WHICH"`
	Percentiles     []float64 `help:"Further percentiles of every latency, in the JSON: 75,99.5." placeholder:"P"`
	ConfidenceLevel float64   `help:"Of intervals over trials." placeholder:"P"`
	EarlyStopping   bool      `help:"Also bound percentiles as MLPerf's LoadGen does: holds for independent requests only."`
	MaxErrorRate    *float64  `help:"Share of failed requests from which on the exit code is 3." placeholder:"P"`
	Output          []string  `short:"o" help:"Save the results: .json, .csv or .xml (JUnit: the verdicts), or FORMAT=FILE; - is JSON on standard output; repeatable." sep:"none" placeholder:"FILE"`
}

type rescoreCmd struct {
	Journal string     `arg:"" help:"What run --records wrote; - is standard input."`
	Score   scoreFlags `embed:""`
}

// Run is also good for the journal of a run that was killed.
func (r *rescoreCmd) Run(c console) error { return r.Score.score(c, []string{r.Journal}) }

type mergeCmd struct {
	Journals []string   `arg:"" name:"journal" help:"What run --records wrote, of runs of the same load."`
	Score    scoreFlags `embed:""`
}

// Run pools the trials of several runs.
func (m *mergeCmd) Run(c console) error { return m.Score.score(c, m.Journals) }

func (s scoreFlags) score(c console, paths []string) error {
	if err := s.outputs(paths); err != nil {
		return err
	}
	with := splleed.Scoring{
		Goals: s.SLO.level, FailOn: splleed.FailOn(s.FailOn), Percentiles: s.Percentiles, ConfidenceLevel: s.ConfidenceLevel, MaxErrorRate: s.MaxErrorRate,
		EarlyStopping: s.EarlyStopping,
	}
	if s.SLO.request != nil {
		with.SLO = s.SLO.slo()
	}
	var journals []io.Reader
	for _, path := range paths {
		if path == "-" {
			journals = append(journals, c.in)
			continue
		}
		if err := confused(path, aJournal); err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return faulty("%v", err)
		}
		defer f.Close()
		journals = append(journals, f)
	}
	results, err := splleed.Merge(with, journals...)
	if results == nil {
		return s.explain(err)
	}
	if broken := c.deliver(results, s.Output); broken != nil {
		return errors.Join(err, broken)
	}
	return err
}

// explain says which flag, or which journal, is at fault.
func (s scoreFlags) explain(err error) error {
	if _, ok := invalid.In(err); !ok {
		return faulty("%v", err)
	}
	p := plan{overlay: &overlay{flags: map[string]string{
		"slo": "--slo", "goals": "--slo", "fail_on": "--fail-on", "percentiles": "--percentiles",
		"confidence_level": "--confidence-level", "max_error_rate": "--max-error-rate",
	}}}
	return p.explain(err)
}

// outputs checks where the results are to go: not in the place of a journal.
func (s scoreFlags) outputs(paths []string) error {
	var journals []written
	for _, path := range paths {
		journals = append(journals, written{"the journal", path})
	}
	if err := checkOutputs(s.Output, journals...); err != nil {
		return err
	}
	return probeOutputs(s.Output)
}

// slo is the goals as a library takes them.
func (g goals) slo() *splleed.SLO {
	r := g.request
	return &splleed.SLO{TTFTMs: r["ttft_ms"], TPOTMs: r["tpot_ms"], ITLMs: r["itl_ms"], E2ELMs: r["e2el_ms"]}
}
