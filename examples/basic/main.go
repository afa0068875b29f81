// Basic plays three load levels, with intervals over three trials.
//
//	go run ./examples/basic                                                  # no GPU: the simulated server
//	go run ./examples/basic -endpoint http://localhost:8000                  # a server that runs already
//	go run ./examples/basic -model Qwen/Qwen2.5-0.5B-Instruct                # splleed starts vLLM
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/splleed/splleed"
)

func main() {
	endpoint := flag.String("endpoint", "", "URL of a running server")
	model := flag.String("model", "", "its name; without -endpoint, the model to start vLLM with")
	maxTokens := flag.Int("max-tokens", 100, "tokens to generate at most")
	output := flag.String("o", "", "file for the results: .json or .csv")
	flag.Parse()

	var backend splleed.Backend = splleed.Sim{}
	if *endpoint != "" || *model != "" {
		backend = splleed.VLLM{Endpoint: *endpoint, Model: *model}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	results, err := splleed.Benchmark{
		Backend:     backend,
		Prompts:     []string{"What is the capital of France?", "Explain quantum computing briefly."},
		Concurrency: []int{1, 2, 4},
		Trials:      3,
		Sampling:    splleed.Sampling{MaxTokens: *maxTokens},
		SLO:         splleed.SLO{TTFTMs: 200, TPOTMs: 50},
		OutputFile:  *output,
		Getenv:      os.Getenv, // SPLLEED_VLLM_PATH
		Progress:    tell,
	}.Run(ctx)
	if results == nil {
		log.Fatal(err)
	}
	results.Print(os.Stdout) // also after Ctrl-C: what there is
	for _, level := range results.AggregatedResults {
		if ttft := level.Intervals["ttft_p50_ms"]; ttft.CILower != nil {
			fmt.Printf("concurrency %d: TTFT p50 %.1f ms, 95 %% interval %.1f to %.1f\n",
				*level.Concurrency, *ttft.Mean, *ttft.CILower, *ttft.CIUpper)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

func tell(p splleed.Progress) {
	if p.Message != "" {
		log.Println(p.Stage, p.Level, p.Message)
	}
}
