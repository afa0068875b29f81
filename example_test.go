package splleed_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/splleed/splleed"
)

// quick is the simulated server with token times known beforehand: the first after 10 ms, then one a millisecond.
var quick = splleed.Sim{Mode: "script", TTFTMs: 10, ITLMs: 1}

func ExampleBenchmark_Run() {
	results, err := splleed.Benchmark{
		Backend:     quick,
		Prompts:     []string{"What is the capital of France?", "Explain quantum computing briefly."},
		Concurrency: []int{1, 2, 4},
		Runs:        8,
		Sampling:    splleed.Sampling{MaxTokens: 16},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, level := range results.Results { // results.Print(os.Stdout) writes them as tables
		fmt.Printf("concurrency %d: %d of %d succeeded, %d tokens; TTFT known: %t\n",
			*level.Concurrency, level.NumSuccessful, level.NumRequests, level.Tokens.Output, level.TTFTP50Ms != nil)
	}
	// Output:
	// concurrency 1: 8 of 8 succeeded, 128 tokens; TTFT known: true
	// concurrency 2: 8 of 8 succeeded, 128 tokens; TTFT known: true
	// concurrency 4: 8 of 8 succeeded, 128 tokens; TTFT known: true
}

// Requests that arrive at a rate, whether or not others have ended, and what each must meet to count as good.
func ExampleBenchmark_Run_serve() {
	results, err := splleed.Benchmark{
		Backend:     quick,
		Prompts:     []string{"Hello"},
		Mode:        splleed.Serve,
		ArrivalRate: []float64{200},
		Runs:        20,
		Sampling:    splleed.Sampling{MaxTokens: 4},
		SLO:         splleed.SLO{E2ELMs: 60_000},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	level := results.Results[0]
	fmt.Printf("%g requests per second: %d of %d good\n", *level.ArrivalRate, level.Goodput.Good, level.Goodput.Offered)
	// Output:
	// 200 requests per second: 20 of 20 good
}

// When the context ends, Run stops at once and returns what it has.
func ExampleBenchmark_Run_partial() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	results, err := splleed.Benchmark{
		Backend:     quick,
		Prompts:     []string{"Hello"},
		Concurrency: []int{1, 2},
		Sampling:    splleed.Sampling{MaxTokens: 4},
		Progress: func(p splleed.Progress) {
			if p.Stage == "level_done" {
				cancel() // as Ctrl-C would
			}
		},
	}.Run(ctx)
	fmt.Println(errors.Is(err, context.Canceled), results.Interrupted)
	fmt.Println(len(results.Results), "of 2 levels,", results.Results[0].NumSuccessful, "requests")
	// Output:
	// true true
	// 1 of 2 levels, 10 requests
}

// Requests that fail are counted by type. Too many are an error, beside which the results stand.
func ExampleTooManyFailures() {
	faulty := quick
	faulty.Faults = []string{"http_500:every=2"}
	noWarmup := 0
	results, err := splleed.Benchmark{
		Backend:  faulty,
		Prompts:  []string{"Hello"},
		Runs:     4,
		Warmup:   &noWarmup,
		NoFiller: true,
		Sampling: splleed.Sampling{MaxTokens: 4},
	}.Run(context.Background())
	var tooMany *splleed.TooManyFailures
	if errors.As(err, &tooMany) {
		fmt.Println(err)
		fmt.Println("http_5xx:", results.Results[0].Failures["http_5xx"].Count)
	}
	// Output:
	// too many failed requests: 2 of 4 at concurrency 1 (allowed: 5 %)
	// http_5xx: 2
}

// Validate names every bad field at once, as Run does before anything runs.
func ExampleBenchmark_Validate() {
	err := splleed.Benchmark{
		Backend:         splleed.VLLM{Endpoint: "localhost:8000"},
		Mode:            "closed",
		ConfidenceLevel: 95,
		Sampling:        splleed.Sampling{TopP: 2},
	}.Validate()
	var bad *splleed.ConfigError
	if errors.As(err, &bad) {
		for _, field := range bad.Fields {
			fmt.Println(field)
		}
	}
	// Output:
	// backend.endpoint: must be the URL of a server, such as "http://localhost:8000"
	// prompts: is empty: what is to be sent?
	// mode: is "closed": want latency, throughput or serve
	// confidence_level: is 95: want more than 0 and less than 1
	// sampling.top_p: is 2: want more than 0 and at most 1
}

func ExampleLoadResults() {
	results, err := splleed.Benchmark{
		Backend:  quick,
		Prompts:  []string{"Hello"},
		Runs:     5,
		Sampling: splleed.Sampling{MaxTokens: 4},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "splleed-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	file := filepath.Join(folder, "results.json") // ".csv" writes CSV
	if err := results.Save(file); err != nil {
		fmt.Println(err)
		return
	}
	again, err := splleed.LoadResults(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Engine, again.Simulated, again.Results[0].NumSuccessful)
	// Output:
	// sim true 5
}

// With two or more trials, every statistic of a level has an interval, under the key that it has in JSON.
func ExampleAggregate() {
	results, err := splleed.Benchmark{
		Backend:         quick,
		Prompts:         []string{"Hello"},
		Runs:            5,
		Trials:          3,
		ConfidenceLevel: 0.9,
		Sampling:        splleed.Sampling{MaxTokens: 4},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, level := range results.AggregatedResults {
		ttft := level.Intervals["ttft_p50_ms"]
		ordered := slices.IsSorted([]float64{*ttft.CILower, *ttft.Mean, *ttft.CIUpper})
		fmt.Printf("concurrency %d: %d requests; TTFT p50 over %d trials at %g, %s scale; lower <= mean <= upper: %t\n",
			*level.Concurrency, level.NumRequests, ttft.NSamples, ttft.ConfidenceLevel, ttft.Scale, ordered)
	}
	// Output:
	// concurrency 1: 15 requests; TTFT p50 over 3 trials at 0.9, log scale; lower <= mean <= upper: true
}

// The words of the built-in prompts are drawn from a seed; a tokenizer in place of nil makes lengths exact in tokens.
func ExampleSyntheticPrompts() {
	prompts, err := splleed.SyntheticPrompts(3, 128, nil, 1)
	same, _ := splleed.SyntheticPrompts(3, 128, nil, 1)
	fmt.Println(len(prompts), err, slices.Equal(prompts, same))
	// Output:
	// 3 <nil> true
}

// A built-in dialect, for a Backend of one's own whose server speaks a known API.
func ExampleDialectNamed() {
	chat, ok := splleed.DialectNamed("chat")
	fmt.Println(ok, chat.Path(), chat.Framing() == splleed.SSE)
	body, err := chat.Body(splleed.Request{Model: "m", Prompt: "Hello", Sampling: splleed.Sampling{MaxTokens: 8}})
	fmt.Println(string(body), err)
	delta, err := chat.Decoder().Decode([]byte(`{"choices":[{"delta":{"content":"Hi"}}]}`))
	fmt.Println(delta.Content == splleed.TextContent, err)
	// Output:
	// true /v1/chat/completions true
	// {"max_tokens":8,"messages":[{"content":"Hello","role":"user"}],"model":"m","stream":true,"stream_options":{"include_usage":true}} <nil>
	// true <nil>
}

// What every level is to meet has a verdict: pass, fail, or undecided where the requests are too few to say.
func ExampleGateError() {
	results, err := splleed.Benchmark{
		Backend:     quick,
		Prompts:     []string{"Hello"},
		Concurrency: []int{8},
		Runs:        100,
		Sampling:    splleed.Sampling{MaxTokens: 2},
		Goals:       []string{"ttft_p99=0.1", "ttft_p99=60000"}, // ms
	}.Run(context.Background())
	var gate *splleed.GateError
	if errors.As(err, &gate) {
		fmt.Println(err)
	}
	for _, g := range results.Results[0].Goals {
		fmt.Printf("%s: %s, measured: %t\n", g.Goal, g.Verdict, g.Value != nil)
	}
	// Output:
	// gates failed: ttft_p99=0.1 at concurrency 8; undecided: ttft_p99=60000 at concurrency 8
	// ttft_p99=0.1: fail, measured: true
	// ttft_p99=60000: undecided, measured: true
}
