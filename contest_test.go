package splleed

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Every two pairs are ABBA or BAAB, and which is drawn.
func TestTurns(t *testing.T) {
	drawn := map[int]bool{}
	for seed := range uint64(20) {
		order := turns(6, seed)
		if len(order) != 12 {
			t.Fatalf("%d turns, want 12", len(order))
		}
		for i := 0; i < len(order); i += 4 {
			if four := order[i : i+4]; !slices.Equal(four, []int{0, 1, 1, 0}) && !slices.Equal(four, []int{1, 0, 0, 1}) {
				t.Errorf("seed %d: turns %v", seed, order)
			}
		}
		if !slices.Equal(order, turns(6, seed)) {
			t.Errorf("seed %d draws two orders", seed)
		}
		drawn[order[0]] = true
	}
	if len(drawn) != 2 {
		t.Error("one server always comes first")
	}
}

func contest() Contest {
	b := Benchmark{
		Backend: Sim{Mode: "script", TTFTMs: 15, ITLMs: 1}, Prompts: []string{"one", "two"}, Runs: 6, Sampling: Sampling{MaxTokens: 4},
	}
	c := Contest{A: b, B: b, Starts: 3, Comparing: Comparing{Metrics: []string{"ttft_p50"}, Gate: "ttft_p50<=+50%"}}
	c.B.Backend = Sim{Mode: "script", TTFTMs: 150, ITLMs: 1}
	return c
}

func TestContest(t *testing.T) {
	found, err := contest().Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if found.Comparison.A.Starts != 3 || found.Comparison.B.Starts != 3 || found.About != "servers" {
		t.Errorf("arms %+v and %+v, about %s", found.Comparison.A, found.Comparison.B, found.About)
	}
	x := found.Levels[0].Metrics[0]
	if x.Metric != "ttft_p50" || x.Verdict != "worse" || x.PPaired == nil {
		t.Errorf("ten times the TTFT is %+v", x)
	}
	var gate *GateError
	if !errors.As(found.Err(), &gate) || len(gate.Failed) != 1 {
		t.Errorf("the gate: %v", found.Err())
	}
	if n := len(found.A.TrialResults); n != 3 || found.A.Interrupted {
		t.Errorf("A has %d trials, interrupted %v", n, found.A.Interrupted)
	}
}

// What is done when it is stopped is kept.
func TestContestIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := contest()
	levels := 0
	tell := func(p Progress) {
		if p.Stage == "level_done" {
			if levels++; levels == 3 {
				stop()
			}
		}
	}
	c.A.Progress, c.B.Progress = tell, tell
	found, err := c.Run(ctx)
	if !errors.Is(err, context.Canceled) || found.Comparison == nil || !found.A.Interrupted || !found.B.Interrupted {
		t.Fatalf("%v, %+v", err, found)
	}
	if n := len(found.A.TrialResults) + len(found.B.TrialResults); n != 3 {
		t.Errorf("%d trials are kept, want 3", n)
	}
	if !strings.Contains(strings.Join(found.Comparison.Warnings, ";"), "stopped before it was complete") {
		t.Errorf("warnings: %q", found.Comparison.Warnings)
	}
}

// What a comparison cannot do is refused, and all faults of both are named.
func TestContestNamesBadFields(t *testing.T) {
	c := contest()
	c.Starts = -1
	c.A.Certify = true
	c.B.Runs, c.B.OutputFile = -1, "b.json"
	found, err := c.Run(t.Context())
	var bad *ConfigError
	if found != nil || !errors.As(err, &bad) {
		t.Fatalf("%v, %v", found, err)
	}
	var paths []string
	for _, f := range bad.Fields {
		paths = append(paths, f.Path)
	}
	if want := []string{"starts", "a.certify", "b.output_file", "b.runs"}; !slices.Equal(paths, want) {
		t.Errorf("bad fields %q, want %q", paths, want)
	}
}

// The limits that a benchmark sets itself hold for one of two servers, too. Precision is not its to ask for.
func TestContestKeepsTheLimitsOfBoth(t *testing.T) {
	c := contest()
	c.Starts = 1
	c.B.Backend = Sim{Mode: "script", TTFTMs: 5, ITLMs: 1, Faults: []string{"http_500:every=2"}}
	c.A.Goals, c.A.Precision = []string{"ttft_p50=1"}, map[string]float64{"ttft_p50": 0.01}
	found, err := c.Run(t.Context())
	var many *TooManyFailures
	var gate *GateError
	if !errors.As(err, &many) || !errors.As(err, &gate) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{"server A: gates ", "server B: too many failed requests"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %q, want %q", err, want)
		}
	}
	if found.Comparison == nil || found.A.NTrials != 1 || found.A.Precision != nil {
		t.Errorf("found %+v", found)
	}
}
