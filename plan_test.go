package splleed

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/invalid"
)

func TestPoints(t *testing.T) {
	check := func(b Benchmark, want string) {
		t.Helper()
		var got []string
		for _, p := range b.withDefaults().points() {
			got = append(got, fmt.Sprintf("%s × %d", p, p.runs))
		}
		if g := strings.Join(got, "; "); g != want {
			t.Errorf("points are %s, want %s", g, want)
		}
	}
	check(Benchmark{}, "concurrency 1 × 10")
	check(Benchmark{Concurrency: []int{64, 1}}, "concurrency 1 × 10; concurrency 64 × 128")
	check(Benchmark{Concurrency: []int{4}, Prompts: make([]string, 50)}, "concurrency 4 × 50")
	check(Benchmark{Concurrency: []int{4}, Runs: 3}, "concurrency 4 × 3")
	check(Benchmark{Mode: Latency, Concurrency: []int{8}}, "concurrency 1 × 10")
	check(Benchmark{Mode: Serve}, "10 req/s × 10")
	check(Benchmark{Mode: Serve, ArrivalRate: []float64{1e6}}, "1000000 req/s × 10")
	check(Benchmark{Mode: Serve, ArrivalRate: []float64{1, 2.5}, Concurrency: []int{16}},
		"1 req/s, at most 16 in flight × 32; 2.5 req/s, at most 16 in flight × 32")
}

// A trace has the rate that it has.
func TestNamesOfPoints(t *testing.T) {
	check := func(p point, want string) {
		t.Helper()
		if p.String() != want {
			t.Errorf("%q, want %q", p, want)
		}
	}
	check(point{rate: 200.0833680700292}, "200.083 req/s")
	check(point{rate: 1e6, concurrency: 4}, "1000000 req/s, at most 4 in flight")
	check(point{concurrency: 4}, "concurrency 4")
}

func TestWarmup(t *testing.T) {
	check := func(b Benchmark, p point, n int, total bool) {
		t.Helper()
		if gotN, gotTotal := b.warmup(p); gotN != n || gotTotal != total {
			t.Errorf("warm-up is %d (total: %v), want %d (%v)", gotN, gotTotal, n, total)
		}
	}
	closed, open, capped := point{concurrency: 4}, point{rate: 1}, point{concurrency: 4, rate: 1}
	check(Benchmark{}, closed, 2, false)
	check(Benchmark{Warmup: ptr(0)}, closed, 0, false)
	check(Benchmark{}, open, 8, true)
	check(Benchmark{Warmup: ptr(3)}, open, 3, true)
	check(Benchmark{}, capped, 8, true)
	check(Benchmark{Warmup: ptr(3)}, capped, 12, true)
	check(Benchmark{Warmup: ptr(3), NumWarmups: ptr(5)}, closed, 5, true)
}

func TestOrderIsShuffledAndSeeded(t *testing.T) {
	b := Benchmark{Seed: ptr(uint64(1))}
	first, again, other := b.order(0, 10), b.order(0, 10), b.order(1, 10)
	if !slices.Equal(first, again) {
		t.Error("the same seed and trial gave another order")
	}
	if slices.Equal(first, other) || slices.IsSorted(first) {
		t.Errorf("orders of two trials are %v and %v, want two shuffled ones", first, other)
	}
	slices.Sort(other)
	if !slices.Equal(other, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("not an order of ten levels: %v", other)
	}
}

// A field that changes nothing does so with a warning, and burstiness alone asks for the pattern that has it.
func TestNothingIsIgnoredInSilence(t *testing.T) {
	check := func(b Benchmark, want string) {
		t.Helper()
		got := strings.Join(b.advice(b.withDefaults().points()), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("advice on %+v is %q, want %q", b, got, want)
		}
	}
	check(Benchmark{Mode: Latency, Concurrency: []int{1}}, "")
	check(Benchmark{Mode: Latency, Concurrency: []int{4}}, "ignores the concurrency parameter")
	check(Benchmark{ArrivalRate: []float64{5}}, "arrival_rate is ignored")
	check(Benchmark{Mode: Serve, ArrivalRate: []float64{5}, ArrivalPattern: "constant", Burstiness: 1}, "")
	check(Benchmark{Mode: Serve, ArrivalRate: []float64{5}, ArrivalPattern: "poisson", Burstiness: 0.5}, "burstiness is ignored")
	check(Benchmark{Mode: Serve, Burstiness: 0.5}, "")
	check(Benchmark{ArrivalPattern: "gamma"}, "arrival_pattern is ignored: only mode serve")
	check(Benchmark{Burstiness: 0.5}, "burstiness is ignored: only mode serve")
	check(Benchmark{MaxTrials: 8}, "max_trials is ignored")
	check(Benchmark{MaxDurationS: 60}, "max_duration_s is ignored")
	precise := map[string]float64{"ttft_p99": 0.05}
	check(Benchmark{Precision: precise, MaxTrials: 8, MaxDurationS: 60}, "")
	check(Benchmark{Precision: precise, Trials: 2}, "trials is ignored: precision says how many there are")
	if got := (Benchmark{Precision: precise, Trials: 2}).advice(nil); len(got) != 1 {
		t.Errorf("advice on trials that precision chooses is %q", got)
	}
	check(Benchmark{Stream: ptr(true), SLO: SLO{TTFTMs: 1, TPOTMs: 1, ITLMs: 1}}, "")
	check(Benchmark{Stream: ptr(false), SLO: SLO{E2ELMs: 1}}, "")
	for _, slo := range []SLO{{TTFTMs: 1}, {TPOTMs: 1}, {ITLMs: 1}} {
		check(Benchmark{Stream: ptr(false), SLO: slo}, "is ignored: an answer in one piece")
	}
	if got := (Benchmark{Mode: Serve, Burstiness: 0.5}).withDefaults().ArrivalPattern; got != "gamma" {
		t.Errorf("burstiness alone makes arrivals %s, want gamma", got)
	}
}

// Measured requests of levels and trials take disjoint places: 2 levels of 10 and 30 runs, 2 trials.
func TestPlaces(t *testing.T) {
	r := &run{account: account{points: []point{{runs: 10}, {runs: 30}}}}
	for want, at := range map[int][2]int{0: {0, 0}, 10: {0, 1}, 40: {1, 0}, 50: {1, 1}} {
		if got := r.place(at[0], at[1]); got != want {
			t.Errorf("level %d of trial %d begins at %d, want %d", at[1], at[0], got, want)
		}
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	negative := -1
	b := Benchmark{
		Backend: Sim{API: "grpc"}, Prompts: nil, Mode: "burst", Concurrency: []int{4, 0}, ArrivalRate: []float64{-2},
		ArrivalPattern: "uniform", Burstiness: -1, Runs: -1, Warmup: &negative, Trials: -3, ConfidenceLevel: 1,
		Sampling: Sampling{MaxTokens: -5, MinTokens: 200, Temperature: ptr(-1.0), TopP: 1.5, TopK: -2, FrequencyPenalty: ptr(3.0)},
		SLO:      SLO{TTFTMs: -1}, MaxErrorRate: ptr(2.0), Timeouts: Timeouts{IdleS: -1}, OutputFile: "out.md",
	}
	fields, ok := invalid.In(b.Validate())
	if !ok {
		t.Fatal("a Benchmark that is all wrong is accepted")
	}
	var paths []string
	for _, f := range fields {
		paths = append(paths, f.Path)
	}
	want := []string{
		"backend.api", "prompts", "mode", "concurrency[1]", "arrival_rate[0]", "arrival_pattern", "burstiness", "runs", "warmup",
		"trials", "confidence_level", "slo.ttft_ms", "timeouts.idle_s", "max_error_rate", "output_file",
		"sampling.max_tokens", "sampling.min_tokens", "sampling.temperature", "sampling.top_p", "sampling.top_k", "sampling.frequency_penalty",
	}
	for _, p := range want {
		if !slices.Contains(paths, p) {
			t.Errorf("%s is not named", p)
		}
	}
	if len(paths) != len(want) {
		t.Errorf("named are %v, want %v", paths, want)
	}
	huge := Benchmark{
		Backend: Sim{}, Prompts: []string{"x"}, Concurrency: []int{1e9}, ArrivalRate: []float64{1e-300}, Burstiness: math.Inf(1),
		SLO: SLO{TTFTMs: math.NaN()}, Timeouts: Timeouts{TotalS: 1e12},
	}
	if fields, _ := invalid.In(huge.Validate()); len(fields) != 5 {
		t.Errorf("of five numbers that nobody can mean these are named: %v", fields)
	}
	if err := (Benchmark{Backend: Sim{}, Prompts: []string{"x"}}).Validate(); err != nil {
		t.Errorf("the least Benchmark is refused: %v", err)
	}
}

func TestAdvice(t *testing.T) {
	check := func(b Benchmark, want ...string) {
		t.Helper()
		got := b.advice(b.withDefaults().points())
		if len(got) != len(want) {
			t.Fatalf("advice %q, want %d pieces", got, len(want))
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("advice %q, want it to speak of %s", got[i], want[i])
			}
		}
	}
	check(Benchmark{Concurrency: []int{8}, Trials: 5})
	check(Benchmark{Mode: Latency, Concurrency: []int{1}})
	check(Benchmark{Mode: Latency, Concurrency: []int{8}, NoFiller: true}, "ignores the concurrency", "falls off")
	check(Benchmark{Concurrency: []int{8}, Runs: 4, Trials: 3, Prompts: []string{""}}, "not every slot", "wide intervals", "empty")
}

// What a search has no use for is said in its results.
func TestSearchSaysWhatItIgnores(t *testing.T) {
	b := Benchmark{
		Backend: Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Runs: 10, Sampling: Sampling{MaxTokens: 2},
		Trials: 5, Precision: map[string]float64{"ttft_p50": 0.1}, MaxTrials: 9, RestartBetweenTrials: true, Certify: true, Concurrency: []int{7},
	}
	results, err := Search{Benchmark: b, Goals: []string{"ttft_p50=10000"}, Max: 1}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ignored []string
	for _, w := range results.Warnings {
		if field, _, is := strings.Cut(w, " is ignored: "); is {
			ignored = append(ignored, field)
		}
	}
	if want := []string{"trials", "precision", "restart_between_trials", "certify", "concurrency"}; !slices.Equal(ignored, want) {
		t.Errorf("it says of %q that they are ignored, want %q", ignored, want)
	}
	b.Mode, b.Concurrency = Serve, []int{7, 8}
	if err := (Search{Benchmark: b, Goals: []string{"ttft_p50=10000"}}).Validate(); err == nil || !strings.Contains(err.Error(), "has 2 caps") {
		t.Errorf("two caps: %v", err)
	}
}
