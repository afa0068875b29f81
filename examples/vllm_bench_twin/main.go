// Vllm_bench_twin is "vllm bench serve" with its own words, on splleed's clock.
//
//	go run ./examples/vllm_bench_twin -num-prompts 100 -request-rate 20 -goodput-ttft 200
//	go run ./examples/vllm_bench_twin -endpoint http://localhost:8000
//
// Latencies count from the moment the request was due, so TTFT holds the time that a -max-concurrency makes it wait.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"

	"github.com/splleed/splleed"
)

func main() {
	greedy := 0.0
	b := splleed.Benchmark{Sampling: splleed.Sampling{IgnoreEOS: true, Temperature: &greedy}}
	endpoint := flag.String("endpoint", "", "URL of a running server (vLLM: --base-url); default: the simulated one")
	model := flag.String("model", "", "its name, where the server has several models")
	words := flag.Int("random-input-len", 1024, "words of a prompt")
	rate := flag.Float64("request-rate", math.Inf(1), "requests per second; inf: all at once")
	limit := flag.Int("max-concurrency", 0, "most in flight; 0: no limit")
	flag.IntVar(&b.Runs, "num-prompts", 1000, "measured requests")
	flag.IntVar(&b.Sampling.MaxTokens, "random-output-len", 128, "tokens to generate")
	flag.StringVar(&b.OutputFile, "save-result", "", "file for the results")
	flag.Float64Var(&b.SLO.TTFTMs, "goodput-ttft", 0, "most ms to the first token of a good request (vLLM: --goodput ttft:MS)")
	flag.Float64Var(&b.SLO.TPOTMs, "goodput-tpot", 0, "most ms per further token of one")
	flag.Parse()

	b.Backend = splleed.Sim{}
	if *endpoint != "" {
		b.Backend = splleed.VLLM{Endpoint: *endpoint, Model: *model}
	}
	switch {
	case !math.IsInf(*rate, 1):
		b.Mode, b.ArrivalRate = splleed.Serve, []float64{*rate}
	case *limit == 0:
		*limit = b.Runs
	}
	if *limit > 0 {
		b.Concurrency = []int{*limit}
	}
	warmups := min(b.Runs, 16)
	prompts, err := splleed.SyntheticPrompts(b.Runs+warmups, *words, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	b.Prompts, b.NumWarmups = prompts, &warmups
	results, err := b.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	report(results.Results[0])
}

// report prints the table of vllm bench serve, in its order.
func report(l splleed.Level) {
	count := func(name string, n int) { fmt.Printf("%-40s %10d\n", name+":", n) }
	figure := func(name string, x *float64) {
		if x != nil {
			fmt.Printf("%-40s %10.2f\n", name+":", *x)
		}
	}
	count("Successful requests", l.NumSuccessful)
	count("Failed requests", l.NumFailed)
	figure("Benchmark duration (s)", l.TotalTimeSec)
	count("Total generated tokens", l.Tokens.Output)
	figure("Request throughput (req/s)", l.ThroughputRequestsPerSec)
	figure("Output token throughput (tok/s)", l.ThroughputTokensPerSec)
	figure("Request goodput (%)", l.GoodputPct)
	for _, name := range []string{"ttft", "tpot", "icl", "e2e"} { // icl is what vLLM calls ITL
		served := l.Metrics[name].Served
		figure("Mean "+name+" (ms)", served.Mean)
		figure("Median "+name+" (ms)", served.P50)
		figure("P99 "+name+" (ms)", served.P99)
	}
}
