package splleed_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// Whatever the machine does to the samples: even a single one, which is all that they may be worth, shows that more than
// 2 % are within an endless limit, and that more than 1 % are beyond one of nothing. A hundred cannot show that of 99 %.
const (
	met     = "ttft_p2=60000"
	unmet   = "ttft_p99=0.001"
	unknown = "ttft_p99=60000"
)

// judgedRun is a run of 100 requests with goals.
func judgedRun(on splleed.FailOn, goals ...string) splleed.Benchmark {
	return splleed.Benchmark{
		Backend: quick, Prompts: []string{"Hello"}, Concurrency: []int{20}, Runs: 100,
		Sampling: splleed.Sampling{MaxTokens: 2}, Goals: goals, FailOn: on,
	}
}

func TestGoals(t *testing.T) {
	t.Parallel()
	check := func(on splleed.FailOn, goals []string, verdict string, failed, undecided []string) {
		t.Helper()
		results, err := judgedRun(on, goals...).Run(t.Context())
		if results == nil {
			t.Fatal(err)
		}
		var gate *splleed.GateError
		if is := errors.As(err, &gate); is != (len(failed)+len(undecided) > 0) || err != nil && !is {
			t.Fatalf("%v, failing on %q: %v", goals, on, err)
		}
		if string(results.Verdict) != verdict || gate != nil && !(slices.Equal(gate.Failed, failed) && slices.Equal(gate.Undecided, undecided)) {
			t.Errorf("%v, failing on %q: %s, %+v", goals, on, results.Verdict, gate)
		}
		if got := results.Results[0].Goals; len(got) != len(goals) {
			t.Errorf("%d verdicts on %v", len(got), goals)
		}
	}
	at := func(goal string) []string { return []string{goal + " at concurrency 20"} }
	check("", nil, "", nil, nil)
	check("", []string{met, "goodput=2%"}, "pass", nil, nil)
	check("", []string{met, unmet}, "fail", at(unmet), nil)
	check("", []string{met, unknown}, "undecided", nil, at(unknown))
	check("", []string{unmet, unknown}, "fail", at(unmet), at(unknown))
	check(splleed.FailOnFail, []string{unmet, unknown}, "fail", at(unmet), nil)
	check(splleed.FailOnFail, []string{unknown}, "undecided", nil, nil)
	check(splleed.FailOnNever, []string{unmet, unknown}, "fail", nil, nil)
}

// The journal is judged as the run was, or by other goals.
func TestRescoreJudges(t *testing.T) {
	t.Parallel()
	var journal bytes.Buffer
	b := judgedRun("", met)
	b.Records = &journal
	ran, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := splleed.Rescore(strings.NewReader(journal.String()), splleed.Scoring{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, again, ran)
	var gate *splleed.GateError
	other, err := splleed.Rescore(strings.NewReader(journal.String()), splleed.Scoring{Goals: []string{unmet}})
	if !errors.As(err, &gate) || other.Verdict != "fail" {
		t.Errorf("by another goal: %v, %v", other.Verdict, err)
	}
	if _, err := splleed.Rescore(strings.NewReader(journal.String()), splleed.Scoring{Goals: []string{unmet}, FailOn: splleed.FailOnNever}); err != nil {
		t.Error(err)
	}
	var bad *splleed.ConfigError
	if _, err := splleed.Rescore(&journal, splleed.Scoring{Goals: []string{"speed=1"}, FailOn: "x"}); !errors.As(err, &bad) || len(bad.Fields) != 2 {
		t.Errorf("bad goals: %v", err)
	}
}

// A search takes the benchmark's goals where it has none of its own; its probes are not judged by them.
func TestSearchTakesTheBenchmarksGoals(t *testing.T) {
	t.Parallel()
	b := judgedRun("", unmet)
	b.Concurrency, b.Runs = nil, 20
	results, err := splleed.Search{Benchmark: b, Max: 2}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(results.Search.Goals, []string{unmet}) || results.Search.Load != nil || results.Verdict != "" {
		t.Errorf("found %+v, verdict %q", results.Search, results.Verdict)
	}
}
