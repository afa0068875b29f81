package splleed

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// played is a level of which the given number of requests was measured, or one that was stopped in its warm-up.
func played(requests int) metrics.Trial {
	phase := record.Measured
	if requests == 0 {
		requests, phase = 1, record.Warmup
	}
	t := metrics.Trial{FullSwing: phase == record.Measured, Complete: phase == record.Measured, T1: record.Stamp(requests) * 1e9}
	for i := range requests {
		r := record.New()
		r.Phase, r.Scheduled, r.Sent = phase, record.Stamp(i)*1e9, record.Stamp(i)*1e9
		r.Finish, r.Done = r.Sent+1e8, r.Sent+1e8
		t.Records = append(t.Records, r)
	}
	return t
}

func planned(t *testing.T, b Benchmark) *run {
	t.Helper()
	r, err := newRun(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Nothing to warn of is an empty list in JSON.
func TestNoWarnings(t *testing.T) {
	out := (&account{spill: &record.Spill{}}).results()
	if data, err := out.ToJSON(); err != nil || !bytes.Contains(data, []byte("\n  \"warnings\": []")) {
		t.Errorf("%v, %s", err, data)
	}
}

// Two levels, two trials; the second trial measured its first level in order, the last one of the list, and was stopped
// while the other warmed up.
func TestTrialStoppedInItsWarmup(t *testing.T) {
	b := Benchmark{Backend: Sim{}, Prompts: []string{"x"}, Concurrency: []int{1, 2}, Runs: 4, Trials: 2}
	r := planned(t, b)
	r.server = &Server{}
	r.trials = []trial{
		{order: []int{0, 1}, levels: []metrics.Trial{played(4), played(4)}},
		{order: []int{1, 0}, levels: []metrics.Trial{played(0), played(4)}},
	}
	out := r.results()
	if !out.Interrupted || len(out.Results) != 2 {
		t.Fatalf("interrupted %v, %d levels; want true, 2", out.Interrupted, len(out.Results))
	}
	if l := out.Results[0]; l.NumRequests != 4 || l.Window.Kind != "full_swing" {
		t.Errorf("the trial stopped in its warm-up leaves %d requests and a %q window, want 4 in full swing", l.NumRequests, l.Window.Kind)
	}
	if !reflect.DeepEqual(out.Order, [][]int{{0, 1}, {1}}) {
		t.Errorf("order %v, want what each trial measured, as it ran", out.Order)
	}
	second := out.TrialResults[1]
	if len(second.ConcurrencyResults) != 1 || *second.ConcurrencyResults[0].Concurrency != 2 || !slices.Equal(second.Order, []int{0}) {
		t.Errorf("the second trial holds %d levels in order %v; want one, and its index", len(second.ConcurrencyResults), second.Order)
	}
	r.trials[1].levels[0] = played(4)
	if r.results().Interrupted {
		t.Error("a run that measured all it should is interrupted")
	}
}

// A trial that was stopped within a level is in its pooled figures and among the trials, marked, but in no interval: the
// expected statistic of a trial of this length is not that of a shorter one.
func TestTrialStoppedWithinALevel(t *testing.T) {
	b := Benchmark{Backend: Sim{}, Prompts: []string{"x"}, Concurrency: []int{1, 2}, Runs: 4, Trials: 3, Precision: map[string]float64{"ttft_p50": 0.05}}
	r := planned(t, b)
	r.server = &Server{}
	stopped := played(2)
	stopped.Complete = false
	r.trials = []trial{
		{order: []int{0, 1}, levels: []metrics.Trial{played(4), stopped}},
		{order: []int{0, 1}, levels: []metrics.Trial{played(4), {}}},
		{order: []int{0, 1}, levels: []metrics.Trial{stopped, {}}},
	}
	out := r.results()
	if l := out.Results[0]; l.NumRequests != 10 || !l.Interrupted {
		t.Errorf("pooled: %d requests, interrupted %v; want all 10, true", l.NumRequests, l.Interrupted)
	}
	if a := out.AggregatedResults; len(a) != 2 || a[0].Intervals["e2el_p50_ms"].NSamples != 2 || a[0].NumRequests != 8 || len(a[1].Intervals) != 0 || *a[1].Concurrency != 2 {
		t.Errorf("intervals: %+v", a)
	}
	if len(r.trialsByLevel()[0]) != 2 {
		t.Errorf("precision looks at %d trials, want 2", len(r.trialsByLevel()[0]))
	}
	var marked []bool
	for _, trial := range out.TrialResults {
		for _, l := range trial.ConcurrencyResults {
			marked = append(marked, l.Interrupted)
		}
	}
	if !slices.Equal(marked, []bool{false, true, false, true}) {
		t.Errorf("marked: %v", marked)
	}
}

// Also a single trial has its order, which its seed gives again.
func TestOrderOfASingleTrial(t *testing.T) {
	b := Benchmark{Backend: Sim{}, Prompts: []string{"x"}, Concurrency: []int{1, 2, 4}, Runs: 4, Seed: ptr(uint64(7))}
	r := planned(t, b)
	r.server = &Server{}
	order := r.b.order(0, 3)
	r.trials = []trial{{order: order, levels: []metrics.Trial{played(4), played(4), played(4)}}}
	if out := r.results(); !reflect.DeepEqual(out.Order, [][]int{order}) || out.TrialResults != nil {
		t.Errorf("order %v of one trial, want %v", out.Order, order)
	}
}

func TestPromptsAreKeptOnlyWhenAsked(t *testing.T) {
	r := planned(t, Benchmark{Backend: Sim{}, Prompts: []string{"a private question"}})
	if bytes.Contains(r.config(), []byte("private")) {
		t.Errorf("the results' configuration holds the prompts: %s", r.config())
	}
	r.b.SavePrompts = true
	if !bytes.Contains(r.config(), []byte("private")) {
		t.Errorf("the prompts are not kept: %s", r.config())
	}
}

// Two of four prompts had been sent before: TTFT may be that of a cache, and the level says so.
func TestRepeatedInputIsSaid(t *testing.T) {
	r := planned(t, Benchmark{Backend: Sim{}, Prompts: []string{"x"}, Runs: 4})
	level := played(4)
	for i, rec := range level.Records {
		rec.PromptSize, rec.ReusedPrompt = 100, i < 2
	}
	said := strings.Join(r.describe(0, []metrics.Trial{level}).Warnings, "; ")
	if !strings.Contains(said, "50 % of the input had been sent before") {
		t.Errorf("warnings: %q", said)
	}
}

// Prompts that an earlier run has sent are cached, too, though this one repeats none.
func TestWarnsOfStrangeHits(t *testing.T) {
	check := func(hits, repeated float64, want bool) {
		t.Helper()
		l := result.Level{Instrument: &result.Instrument{}, Tokens: result.Tokens{CachedInputShare: &hits, RepeatedShare: repeated}}
		if said := strings.Join(levelWarnings(l), "; "); strings.Contains(said, "was in the server's prefix cache") != want {
			t.Errorf("%v cached, %v repeated: %q", hits, repeated, said)
		}
	}
	check(0.875, 0, true)
	check(0.08, 0, false)
	check(0.5, 0.5, false)
	check(0.9, 0.5, true)
}

// What the certificate has no grade for, since it is about the server and the path, is said all the same.
func TestServersTroublesAreSaid(t *testing.T) {
	share, grows := 0.031, true
	said := strings.Join(levelWarnings(result.Level{Instrument: &result.Instrument{
		Path: result.Path{DelayedAck: &share}, Backlog: &result.Backlog{SlopePerSec: 12.34, Unstable: &grows},
	}}), "; ")
	for _, want := range []string{"3.1 % of the gaps between chunks are about 40 ms", "12.3 requests a second"} {
		if !strings.Contains(said, want) {
			t.Errorf("warnings: %q, want %q", said, want)
		}
	}
}

func TestUnsteadyWindowsAreSaid(t *testing.T) {
	check := func(verdict, ttft, want string) {
		t.Helper()
		got := unsteady(&result.Transient{Verdict: verdict, Series: map[string]result.Unsteadiness{
			"in_flight": {Verdict: result.Steady, Cut: 0.3, Mean: 8},
			"ttft":      {Verdict: ttft, Cut: 0.125, Mean: 55, Bias: 5},
		}})
		if got != want {
			t.Errorf("%s:\n%q, want\n%q", verdict, got, want)
		}
	}
	check(result.Steady, result.Steady, "")
	check(result.StartsOff, result.StartsOff,
		"the beginning of the window is unlike the rest, and moves mean TTFT by +10.0 % (first 12 %): a longer warm-up would leave it out")
	check(result.NoSteadyState, result.NoSteadyState,
		"no steady state: the level changes throughout; its beginning moves mean TTFT by +10.0 % (first 12 %)")
	if got := unsteady(nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

// Each trial's requests take 10 ms longer than those of the one before.
func TestDriftIsSaid(t *testing.T) {
	r := planned(t, Benchmark{Backend: Sim{}, Prompts: []string{"x"}, Concurrency: []int{1, 2}, Runs: 4, Trials: 5})
	r.server = &Server{}
	for n := range 5 {
		slower, same := played(4), played(4)
		for _, rec := range slower.Records {
			rec.Finish += record.Stamp(n) * 1e7
			rec.Done = rec.Finish
		}
		r.trials = append(r.trials, trial{order: []int{0, 1}, levels: []metrics.Trial{same, slower}})
	}
	out := r.results()
	said := func(i int) bool {
		return strings.Contains(strings.Join(out.Results[i].Warnings, "; "), "the trials drift, so they are no repetitions and intervals over them mean less: e2el_p50_ms +8.8 % a trial")
	}
	if said(0) || !said(1) {
		t.Errorf("warnings: %q and %q, want a drift of the second level", out.Results[0].Warnings, out.Results[1].Warnings)
	}
}

// Strict takes no grade but ok, and too many failures go before it.
func TestStrict(t *testing.T) {
	two := func(grade result.Grade) *Results {
		n, m := 1, 2
		return &Results{result.Run{Results: []result.Level{
			{Concurrency: &n, NumRequests: 10, Instrument: &result.Instrument{Grade: result.OK}},
			{Concurrency: &m, NumRequests: 10, Instrument: &result.Instrument{Grade: grade}},
		}}}
	}
	b := Benchmark{MaxErrorRate: ptr(0.0)}
	if err := two(result.Invalid).verdict(b); err != nil {
		t.Errorf("without Strict: %v", err)
	}
	b.Strict = true
	if err := two(result.OK).verdict(b); err != nil {
		t.Errorf("all ok: %v", err)
	}
	var e *InstrumentError
	if err := two(result.Degraded).verdict(b); !errors.As(err, &e) || !slices.Equal(e.Levels, []string{"concurrency 2: degraded"}) {
		t.Errorf("degraded: %v", err)
	}
	failing := two(result.Invalid)
	failing.Results[0].NumFailed = 1
	var many *TooManyFailures
	if err := failing.verdict(b); !errors.As(err, &many) {
		t.Errorf("degraded and failing: %v", err)
	}
}
