// Package splleed benchmarks LLM inference servers: TTFT, ITL, TPOT, E2E, throughput and goodput, with statistics that
// hold, and with what its own part in the numbers may be.
//
//	results, err := splleed.Benchmark{
//		Backend:     splleed.VLLM{Model: "Qwen/Qwen2.5-0.5B-Instruct", Endpoint: "http://localhost:8000"},
//		Prompts:     []string{"What is the capital of France?"},
//		Concurrency: []int{1, 2, 4},
//		Trials:      3,
//		Sampling:    splleed.Sampling{MaxTokens: 100},
//	}.Run(ctx)
//
// What every number means is in docs/metrics.md; how the parts fit is in docs/architecture.md.
package splleed
