package splleed

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/report"
	"github.com/splleed/splleed/internal/schedule"
	"github.com/splleed/splleed/internal/transport"
)

// Validate returns every bad field at once as a *ConfigError, and changes nothing.
func (b Benchmark) Validate() error {
	var bad invalid.Fields
	b.checkBackend(&bad)
	b.checkMix(&bad)
	b.checkLoad(&bad)
	b.checkRuns(&bad)
	b.checkPrecision(&bad)
	b.checkLimits(&bad)
	checkGoals(&bad, b.Goals, b.FailOn)
	b.checkConnection(&bad)
	b.checkTrace(&bad)
	b.checkShape(&bad)
	b.checkServerMetrics(&bad)
	b.checkGPUMetrics(&bad)
	b.checkThinkTags(&bad)
	bad.Under("sampling", checkSampling(b.Sampling))
	return bad.Err()
}

func (b Benchmark) checkBackend(bad *invalid.Fields) {
	if b.Backend == nil {
		bad.Add("backend", "is missing: which server is to be measured?")
	} else if v, ok := b.Backend.(invalid.Validator); ok {
		bad.Under("backend", v.Validate())
	}
}

func (b Benchmark) checkLoad(bad *invalid.Fields) {
	modes := []Mode{"", Latency, Throughput, Serve}
	bad.Check(slices.Contains(modes, b.Mode), "mode", "is %q: want latency, throughput or serve", b.Mode)
	for i, n := range b.Concurrency {
		bad.Check(n >= 1 && n <= 1e6, fmt.Sprintf("concurrency[%d]", i), "is %d: want 1 to 1,000,000", n)
		bad.Check(!slices.Contains(b.Concurrency[:i], n), fmt.Sprintf("concurrency[%d]", i), "is %d, again: want every level once, and trials to repeat it", n)
	}
	for i, r := range b.ArrivalRate {
		bad.Check(!slices.Contains(b.ArrivalRate[:i], r), fmt.Sprintf("arrival_rate[%d]", i), "is %g, again: want every level once, and trials to repeat it", r)
		bad.Check(r >= 1e-6 && r <= 1e6, fmt.Sprintf("arrival_rate[%d]", i), "is %g: want requests per second, more than 0 (0.000001 at least) and at most 1,000,000", r)
	}
	names := schedule.Names()
	bad.Check(b.ArrivalPattern == "" || slices.Contains(names, b.ArrivalPattern), "arrival_pattern",
		"is %q: want %s", b.ArrivalPattern, strings.Join(names, ", "))
	bad.Check(b.Burstiness >= 0 && b.Burstiness <= math.MaxFloat64, "burstiness", "is %g: want more than 0", b.Burstiness)
}

func (b Benchmark) checkRuns(bad *invalid.Fields) {
	bad.Check(b.Runs >= 0, "runs", "is %d: want 1 or more", b.Runs)
	bad.Check(b.Warmup == nil || *b.Warmup >= 0, "warmup", "is negative")
	bad.Check(b.NumWarmups == nil || *b.NumWarmups >= 0, "num_warmups", "is negative")
	bad.Check(b.Trials >= 0, "trials", "is %d: want 1 or more", b.Trials)
	level := b.ConfidenceLevel
	bad.Check(level == 0 || level > 0 && level < 1, "confidence_level", "is %g: want more than 0 and less than 1", level)
}

func (b Benchmark) checkLimits(bad *invalid.Fields) {
	goal := func(path string, ms float64) {
		bad.Check(ms >= 0 && ms <= math.MaxFloat64, path, "is %g: want more than 0", ms)
	}
	goal("slo.ttft_ms", b.SLO.TTFTMs)
	goal("slo.tpot_ms", b.SLO.TPOTMs)
	goal("slo.itl_ms", b.SLO.ITLMs)
	goal("slo.e2el_ms", b.SLO.E2ELMs)
	limit := func(path string, seconds float64) {
		const week = 7 * 24 * 3600 // some longer ones would be negative in nanoseconds
		bad.Check(seconds >= 0 && seconds <= week, path, "is %g: want seconds, more than 0 and at most a week", seconds)
	}
	limit("timeouts.connect_s", b.Timeouts.ConnectS)
	limit("timeouts.first_token_s", b.Timeouts.FirstTokenS)
	limit("timeouts.idle_s", b.Timeouts.IdleS)
	limit("timeouts.total_s", b.Timeouts.TotalS)
	kinds := transport.Kinds()
	bad.Check(b.Transport == "" || slices.Contains(kinds, b.Transport), "transport", "is %q: want %s", b.Transport, strings.Join(kinds, ", "))
	if r := b.MaxErrorRate; r != nil {
		bad.Check(*r >= 0 && *r <= 1, "max_error_rate", "is %g: want 0 to 1", *r)
	}
	if b.OutputFile != "" {
		_, _, err := report.Target(b.OutputFile)
		bad.Check(err == nil, "output_file", "%v", err)
	}
}

func checkSampling(s Sampling) (bad invalid.Fields) {
	bad.Check(s.MaxTokens >= 0, "max_tokens", "is %d: want 1 or more", s.MaxTokens)
	bad.Check(s.MinTokens >= 0 && s.MinTokens <= s.Limit(), "min_tokens", "is %d: want 0 to max_tokens (%d)", s.MinTokens, s.Limit())
	bad.Check(s.Temperature == nil || *s.Temperature >= 0, "temperature", "is negative")
	bad.Check(s.TopP >= 0 && s.TopP <= 1, "top_p", "is %g: want more than 0 and at most 1", s.TopP)
	bad.Check(s.TopK >= -1, "top_k", "is %d: want 1 or more, or -1 for all", s.TopK)
	penalty := func(path string, p *float64) {
		bad.Check(p == nil || *p >= -2 && *p <= 2, path, "is out of [-2, 2]")
	}
	penalty("frequency_penalty", s.FrequencyPenalty)
	penalty("presence_penalty", s.PresencePenalty)
	bad.Check(s.RepetitionPenalty >= 0, "repetition_penalty", "is %g: want more than 0", s.RepetitionPenalty)
	return bad
}
