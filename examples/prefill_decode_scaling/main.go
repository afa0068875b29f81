// Prefill_decode_scaling asks what a kernel developer asks: how fast is prefill, how fast is decode, where does the
// server saturate?
//
//	prefill   1024 words in, 1 token out: TTFT
//	decode    128 in, 256 out, forced: ITL and tokens per second
//	scaling   128 in, 128 out, forced, at 1 to 32 in flight: where tokens per second stop growing
//
//	go run ./examples/prefill_decode_scaling
//	go run ./examples/prefill_decode_scaling -endpoint http://localhost:8000
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"slices"

	"github.com/splleed/splleed"
)

var (
	endpoint = flag.String("endpoint", "", "URL of a running server; default: the simulated one")
	model    = flag.String("model", "", "its name, where the server has several models")
	runs     = flag.Int("runs", 32, "measured requests a level, at least")
	most     = flag.Int("most", 32, "most requests in flight")
)

// measure forces out tokens on prompts of so many words, each sent once, so that prefix caches don't answer in the
// server's place. (Words of the vocabulary are mostly one token each; give SyntheticPrompts a tokenizer to be exact.)
func measure(in, out int, levels ...int) []splleed.Level {
	var backend splleed.Backend = splleed.Sim{}
	if *endpoint != "" {
		backend = splleed.VLLM{Endpoint: *endpoint, Model: *model}
	}
	runs, slots := max(*runs, 2*slices.Max(levels)), 0
	for _, n := range levels {
		slots += n
	}
	// Measured, one of warm-up a slot, and what keeps the load up until the last measured request has ended.
	prompts, err := splleed.SyntheticPrompts(len(levels)*runs+3*slots, in, nil, uint64(in))
	if err != nil {
		log.Fatal(err)
	}
	warmup, greedy := 1, 0.0
	results, err := splleed.Benchmark{
		Backend: backend, Prompts: prompts, Concurrency: levels, Runs: runs, Warmup: &warmup,
		Sampling: splleed.Sampling{MaxTokens: out, MinTokens: out, IgnoreEOS: true, Temperature: &greedy},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	return results.Results
}

func main() {
	flag.Parse()
	prefill := measure(1024, 1, 1)[0]
	fmt.Printf("prefill  1024 in: TTFT p50 %s ms\n", number(prefill.TTFTP50Ms))
	decode := measure(128, 256, 1)[0] // its rate is that of the window, without ramp and tail
	fmt.Printf("decode   256 out: ITL p50 %s ms, %s tokens/s\n", number(decode.ITLP50Ms), number(decode.Throughput.OutputTokensPerSec))

	levels := slices.DeleteFunc([]int{1, 2, 4, 8, 16, 32, 64, 128, 256}, func(n int) bool { return n > *most })
	fmt.Println("scaling  in flight  tokens/s  ITL p50 ms")
	for _, level := range measure(128, 128, levels...) {
		fmt.Printf("  %16d  %8s  %10s\n", *level.Concurrency, number(level.Throughput.OutputTokensPerSec), number(level.ITLP50Ms))
	}
}

func number(x *float64) string {
	if x == nil {
		return "-" // not measured
	}
	return fmt.Sprintf("%.1f", *x)
}
