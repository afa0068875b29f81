package splleed_test

import (
	"runtime"
	"testing"

	"github.com/splleed/splleed"
)

// runOn benchmarks the simulated server, whose 4 tokens come 5, 6, 7 and 8 ms after the request.
func runOn(t *testing.T, api string, stream bool) splleed.Level {
	t.Helper()
	results, err := splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", API: api, TTFTMs: 5, ITLMs: 1, Seed: 3}, Prompts: []string{"one two three"}, Stream: &stream,
		Sampling: splleed.Sampling{MaxTokens: 4}, Runs: 10, SLO: splleed.SLO{TTFTMs: 1, E2ELMs: 60_000},
	}.Run(t.Context())
	if err != nil {
		t.Fatal(api, err)
	}
	return results.Results[0]
}

// Without streaming, what needs the time of a token is undefined, not zero, and costs no goodput; all else stands.
func TestUnstreamed(t *testing.T) {
	for _, api := range []string{"completions", "chat", "native"} {
		l := runOn(t, api, false)
		if l.NumSuccessful != 10 || l.Tokens.Output != 40 || l.Tokens.CountSources["usage"] != 10 || l.Tokens.FinishReasons["length"] != 10 {
			t.Errorf("%s: %d successes, tokens %+v", api, l.NumSuccessful, l.Tokens)
		}
		if l.E2ELP50Ms == nil || *l.E2ELP50Ms < 5 || l.ThroughputTokensPerSec == nil || l.Throughput.OutputTokensPerSec == nil {
			t.Errorf("%s: E2E %v", api, l.Metrics["e2e"])
		}
		checkUndefined(t, api, l)
	}
	if l := runOn(t, "completions", true); l.TTFTP50Ms == nil || l.Goodput.Missed["ttft"] != 10 {
		t.Errorf("streamed: TTFT %v, goodput %+v", l.TTFTP50Ms, l.Goodput)
	}
}

// Embeddings and scores are not generated: there is latency and throughput, and no token of output.
func TestComputed(t *testing.T) {
	for _, api := range []string{"embeddings", "rerank"} {
		l := runOn(t, api, true)
		if l.NumSuccessful != 10 || l.Tokens.Output != 0 || l.Tokens.Input == nil || l.E2ELP50Ms == nil || l.Throughput.InputTokensPerSec == nil {
			t.Errorf("%s: %d successes, tokens %+v, failures %v", api, l.NumSuccessful, l.Tokens, l.Failures)
		}
		checkUndefined(t, api, l)
		if n := l.Server.Tokens["generation_tokens"].Server; n != 0 {
			t.Errorf("%s: the simulated server says that it generated %g tokens", api, n)
		}
		if runtime.GOOS == "linux" && l.Instrument.Stamps != "kernel" {
			t.Errorf("%s: stamps %s, though the kernel's were read", api, l.Instrument.Stamps)
		}
	}
}

func checkUndefined(t *testing.T, api string, l splleed.Level) {
	t.Helper()
	if l.TTFTP50Ms != nil || l.TTFTMeanMs != nil || l.ITLMeanMs != nil || l.TPOTMeanMs != nil || l.Metrics["icl"].Served.N+l.Metrics["stall"].Served.N > 0 {
		t.Errorf("%s: what needs a token's time is defined: %+v", api, l.Metrics)
	}
	if l.Goodput.NotApplicable["ttft"] != 10 || *l.Goodput.Percent != 100 {
		t.Errorf("%s: goodput %+v", api, l.Goodput)
	}
	if len(l.Warnings) != 1 { // of the one prompt that is repeated
		t.Errorf("%s: warnings %q", api, l.Warnings)
	}
}
