package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/report"
)

type compareCmd struct {
	Files    []string `arg:"" optional:"" name:"results" help:"Results that run saved as JSON; the first is the baseline."`
	Baseline string   `help:"Results that the others are set against." placeholder:"FILE"`

	Compare comparingFlags `embed:""`
	Live    liveFlags      `embed:"" group:"live"`

	Server     serverFlags     `embed:"" group:"server"`
	Prompts    promptFlags     `embed:"" group:"prompts"`
	Load       loadFlags       `embed:"" group:"load"`
	Sampling   samplingFlags   `embed:"" group:"sampling"`
	Connection connectionFlags `embed:"" group:"connection"`
	Limits     limitFlags      `embed:"" group:"limits"`
}

// comparingFlags are how results are compared, and where the comparison goes.
type comparingFlags struct {
	Metrics        []string `help:"What to compare: ttft_p99,throughput (default: ten)." placeholder:"NAME"`
	Gate           string   `help:"Limits on changes that set the exit code: \"ttft_p99<=+5%, throughput>=-2%\"." placeholder:"GATES"`
	Margin         positive `help:"Differences within it are the same (default 0.02)." placeholder:"P"`
	AcceptOneStart bool     `help:"With too few server starts, let verdicts and gates be about the processes at hand."`
	Output         []string `short:"o" help:"Save the comparison: .json, .xml (JUnit), .md, .txt, or FORMAT=FILE; repeatable." sep:"none" placeholder:"FILE"`
	Format         string   `help:"What to print: text, json, junit, markdown, github, benchmark-smaller or benchmark-bigger." default:"text" placeholder:"NAME"`
}

// Help ends the list of flags.
func (*compareCmd) Help() string {
	return `Live: --a A.yaml --b B.yaml, or one configuration (--config, or flags alone) with --a-set and --b-set. Servers that splleed starts are started anew for each trial, A and B in turn; all flags of run that say what is sent hold for both.

Exit codes: 0 all gates pass, or none was set; 1 failed; 2 bad input; 4 a gate failed; 5 a gate is undecided (--fail-on). Live also 3 too many requests of a server failed, 6 --strict and the instrument is not ok.

--format github prints annotations and, where $GITHUB_STEP_SUMMARY names a file, appends the tables to it.`
}

// Run compares every file with the baseline.
func (r *compareCmd) Run(ctx context.Context, c console) error {
	on, err := r.failOn()
	if err != nil {
		return err
	}
	if err := r.Compare.check(r.comparing()); err != nil {
		return err
	}
	if r.Live.asked() {
		return r.live(ctx, c, on)
	}
	if err := r.measuresNothing(); err != nil {
		return err
	}
	files := r.Files
	baseline := r.Baseline
	if baseline == "" && len(files) > 0 {
		baseline, files = files[0], files[1:]
	}
	if len(files) == 0 {
		return faulty("compare what? splleed compare A.json B.json, or --baseline A.json B.json C.json")
	}
	a, err := load(baseline)
	if err != nil {
		return err
	}
	var all []*splleed.Comparison
	for _, path := range files {
		b, err := load(path)
		if err != nil {
			return err
		}
		with := r.comparing()
		with.NameA, with.NameB = baseline, path
		made, err := with.Compare(a, b)
		if err != nil {
			return faulty("%v", err)
		}
		all = append(all, made)
	}
	return r.Compare.deliver(c, all, on)
}

// measuresNothing refuses flags that only a live comparison has a use for.
func (r *compareCmd) measuresNothing() error {
	flags := slices.Concat(given(r.Server), given(r.Prompts), given(r.Load, "confidence-level"), given(r.Sampling), given(r.Connection),
		given(r.Limits, "fail-on"), given(r.Live, "quiet"))
	if len(flags) == 0 {
		return nil
	}
	return faulty("%s: results are what they are, and nothing is measured; to measure two servers say --a and --b, or --a-set and --b-set", strings.Join(flags, ", "))
}

// failOn is which verdicts on gates set the exit code.
func (r *compareCmd) failOn() (splleed.FailOn, error) {
	if level := r.Limits.SLO.level; len(level) > 0 {
		return "", faulty("--slo: %s is for a level by itself, which splleed run judges: a comparison has --gate", strings.Join(level, ", "))
	}
	if r.Limits.FailOn == nil {
		return "", nil
	}
	on := splleed.FailOn(*r.Limits.FailOn)
	if bad := on.Validate(); len(bad) > 0 {
		return "", faulty("--fail-on: %s", bad[0].Message)
	}
	return on, nil
}

func load(path string) (*splleed.Results, error) {
	results, err := splleed.LoadResults(path)
	if err == nil {
		return results, nil
	}
	if wrong := confused(path, aResult); wrong != nil {
		return nil, wrong
	}
	return nil, faulty("%v", err)
}

func (r *compareCmd) comparing() splleed.Comparing {
	f := r.Compare
	with := splleed.Comparing{Metrics: f.Metrics, Gate: f.Gate, Margin: float64(f.Margin), AcceptOneStart: f.AcceptOneStart}
	if level := r.Load.ConfidenceLevel; level != nil {
		with.ConfidenceLevel = *level
	}
	return with
}

// check finds out before anything is measured whether the comparison can be made, printed and saved.
func (f comparingFlags) check(with splleed.Comparing) error {
	if err := with.Validate(); err != nil {
		return faulty("%v", err)
	}
	if _, err := report.ComparisonFormatNamed(f.Format); err != nil {
		return faulty("--format: %v", err)
	}
	for _, target := range f.Output {
		if err := report.ProbeComparisons(target); err != nil {
			return faulty("--output: %v", err)
		}
	}
	return nil
}

// deliver prints and saves comparisons. It saves them though nobody may read what is printed. Its error is the gates'.
func (f comparingFlags) deliver(c console, all []*splleed.Comparison, on splleed.FailOn) error {
	faults := []error{f.print(c, all)}
	for _, target := range f.Output {
		faults = append(faults, splleed.SaveComparisons(target, all...))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return on.Err(all...)
}

func (f comparingFlags) print(c console, all []*splleed.Comparison) error {
	text, err := splleed.ComparisonsText(f.Format, all...)
	if err == nil {
		_, err = c.out.Write(text)
	}
	if path := c.getenv("GITHUB_STEP_SUMMARY"); f.Format == "github" && path != "" {
		err = errors.Join(err, appendSummary(path, all))
	}
	return err
}

func appendSummary(path string, all []*splleed.Comparison) error {
	text, err := splleed.ComparisonsText("markdown", all...)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
