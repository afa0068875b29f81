package splleed

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func precise(wanted map[string]float64) Benchmark {
	return Benchmark{
		Backend: Sim{}, Prompts: []string{"a", "b", "c"}, Runs: 4, Warmup: ptr(1), Sampling: Sampling{MaxTokens: 3}, Precision: wanted,
	}
}

func TestPrecisionReached(t *testing.T) {
	b := precise(map[string]float64{"e2e_p50": 0.9, "throughput": 0.9})
	var said []string
	var journal bytes.Buffer
	b.Progress = func(p Progress) {
		if p.Stage == "precision" {
			said = append(said, p.Message)
		}
	}
	b.Records = &journal
	r, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := r.Precision
	if p == nil || p.Verdict != result.Reached || p.Trials < 5 || len(p.Targets) != 2 || r.NTrials != p.Trials || len(r.TrialResults) != p.Trials {
		t.Fatalf("%+v in %d trials", p, r.NTrials)
	}
	for _, target := range p.Targets {
		if *target.HalfWidth > target.Wanted || *target.Lower >= *target.Estimate || *target.Upper <= *target.Estimate {
			t.Errorf("%+v", target)
		}
	}
	if len(said) == 0 || !strings.HasPrefix(said[0], "pilot of 5 trials: ") || !strings.Contains(said[0], "e2el_p50_ms at concurrency 1 ±") {
		t.Errorf("said %q", said)
	}
	again, err := Rescore(&journal, Scoring{})
	if err != nil || again.Precision == nil || again.Precision.Trials != p.Trials || again.NTrials != r.NTrials {
		t.Errorf("scored again: %+v, %v", again.Precision, err)
	}
}

// No server's times are the same to a millionth.
func TestPrecisionUnreachable(t *testing.T) {
	for what, b := range map[string]Benchmark{
		"max_trials":   precise(map[string]float64{"e2e_p50": 1e-6}),
		"max_duration": precise(map[string]float64{"e2e_p50": 1e-6}),
	} {
		if what == "max_duration" {
			b.MaxTrials, b.MaxDurationS = 1e6, 1e-3
		}
		r, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Precision.Verdict == result.Reached || len(r.TrialResults) != 5 {
			t.Errorf("%s: %s after %d trials, want to stop after the pilot", what, r.Precision.Verdict, len(r.TrialResults))
		}
		if said := strings.Join(r.Warnings, "\n"); !strings.Contains(said, "precision unreachable") || !strings.Contains(said, what+" allows") || !strings.Contains(said, "lengthen trials to") {
			t.Errorf("%s: warnings %q", what, said)
		}
	}
}

func TestPrecisionIsValidated(t *testing.T) {
	b := precise(map[string]float64{"ttft_p98": 0.05, "ttft_p99": 1.5, "throughput": 0})
	b.MaxTrials, b.MaxDurationS = 4, -1
	var bad *ConfigError
	if err := b.Validate(); !errors.As(err, &bad) || len(bad.Fields) != 5 {
		t.Errorf("%v, want five bad fields", err)
	}
}
