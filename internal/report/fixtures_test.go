package report

import (
	"encoding/json"
	"time"

	"github.com/splleed/splleed/internal/result"
)

func ptr[T any](x T) *T { return &x }

// level is made by hand: each latency of a metric is its base, times 1.0, 1.5, 2.5 and 1.1 for p50, p95, p99 and mean.
func level(concurrency, n int, scale float64) result.Level {
	l := result.Level{
		Concurrency: ptr(concurrency), NumRequests: n, NumSuccessful: n,
		Window:     result.Window{Kind: "full_swing", DurationSec: ptr(10.0)},
		Throughput: result.Throughput{RequestsPerSec: ptr(1.25 * float64(concurrency)), OutputTokensPerSec: ptr(40.125 * float64(concurrency))},
		Metrics:    map[string]result.Metric{},
	}
	for metric, base := range map[string]float64{"ttft": 23.4, "itl": 3.21, "icl": 3.3, "stall": 9.8, "tpot": 3.2, "e2e": 123.4} {
		l.Metrics[metric] = result.Metric{Served: summary(n, base*scale)}
	}
	flatten(&l)
	return l
}

func summary(n int, base float64) result.Summary {
	s := result.Summary{N: n, P50: ptr(base), P95: ptr(base * 1.5), P99: ptr(base * 2.5), Mean: ptr(base * 1.1)}
	if n < 72 {
		s.Unsupported = append(s.Unsupported, "p95")
	}
	if n < 368 {
		s.Unsupported = append(s.Unsupported, "p99")
	}
	return s
}

// flatten copies the summaries into the flat keys.
func flatten(l *result.Level) {
	flat := func(metric string, fields ...**float64) {
		s := l.Metrics[metric].Served
		for i, q := range latencyColumns {
			*fields[i] = s.At(q)
		}
	}
	flat("ttft", &l.TTFTP50Ms, &l.TTFTP95Ms, &l.TTFTP99Ms, &l.TTFTMeanMs)
	flat("itl", &l.ITLP50Ms, &l.ITLP95Ms, &l.ITLP99Ms, &l.ITLMeanMs)
	flat("tpot", &l.TPOTP50Ms, &l.TPOTP95Ms, &l.TPOTP99Ms, &l.TPOTMeanMs)
	flat("e2e", &l.E2ELP50Ms, &l.E2ELP95Ms, &l.E2ELP99Ms, &l.E2ELMeanMs)
}

// graded says that the statistics of a metric lie between a share of them and themselves.
func graded(l *result.Level, metric string, grade result.Grade, share float64) {
	m := l.Metrics[metric]
	ends := func(x *float64) *[2]float64 { return &[2]float64{*x * share, *x} }
	m.Instrument = &result.Error{Grade: grade, Served: result.Ends{
		P50: ends(m.Served.P50), P95: ends(m.Served.P95), P99: ends(m.Served.P99), Mean: ends(m.Served.Mean),
	}}
	l.Metrics[metric] = m
}

func run(levels ...result.Level) *result.Run {
	return &result.Run{
		SchemaVersion: result.SchemaVersion, Engine: "vllm", Model: "Qwen/Qwen2.5-0.5B-Instruct", NTrials: 1, Results: levels,
		Timestamp: result.Time{Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}, Config: json.RawMessage(`{}`),
	}
}

// withTrials repeats the levels as trials, and puts an interval of ±4 % around every statistic.
func withTrials(r *result.Run, trials int) *result.Run {
	r.NTrials = trials
	for i := range trials {
		r.TrialResults = append(r.TrialResults, result.Trial{TrialIndex: i, ConcurrencyResults: r.Results})
	}
	for i := range r.Results {
		l := &r.Results[i]
		a := result.Aggregate{Concurrency: l.Concurrency, NumRequests: l.NumRequests, Intervals: map[string]result.Interval{}}
		for _, s := range result.Stats {
			if x := s.Get(l); x != nil {
				i := result.Interval{Mean: x, CILower: ptr(*x * 0.96), CIUpper: ptr(*x * 1.04), NSamples: trials, ConfidenceLevel: 0.95}
				if s.Ends != nil {
					i.Instrument = s.Ends(l)
				}
				a.Intervals[s.Key] = i
			}
		}
		a.LengthBias = map[string]result.LengthBias{
			"ttft_p50_ms": {Half: ptr(0.0012), Lower: ptr(-0.002), Upper: ptr(0.0044), NSamples: trials},
			"ttft_p99_ms": {Half: ptr(-0.0525), Lower: ptr(-0.164), Upper: ptr(0.0732), NSamples: trials},
			"e2el_p99_ms": {Half: ptr(-0.1), NSamples: 1},
		}
		r.AggregatedResults = append(r.AggregatedResults, a)
	}
	return r
}

// server has told all that the report speaks of.
func server() *result.Server {
	gauge := func(mean, most float64) result.Gauge { return result.Gauge{N: 9, Mean: ptr(mean), Max: ptr(most)} }
	latency := func(theirs, ours float64) result.ServerLatency {
		return result.ServerLatency{N: 64, MeanMs: ptr(theirs), ClientN: 64, ClientMeanMs: ptr(ours)}
	}
	return &result.Server{
		Engine: "vllm", Scrapes: 11,
		Gauges:             map[string]result.Gauge{"running": gauge(3.75, 4), "waiting": gauge(0.5, 2), "kv_cache_usage": gauge(0.25, 0.5)},
		Counters:           map[string]float64{"preemptions": 2, "prompt_tokens": 640, "generation_tokens": 2048},
		PrefixCacheHitRate: ptr(0.125), SpecDecodeAcceptance: ptr(0.625),
		Latencies: map[string]result.ServerLatency{"ttft": latency(22, 23.4), "itl": latency(3.1, 3.21), "e2e": latency(120, 123.4)},
	}
}

func gpus() *result.GPUUse {
	return &result.GPUUse{
		Source: "nvidia-smi", Readings: 11, PowerW: ptr(401.5), JoulesPerOutputToken: ptr(2.5),
		Gauges: map[string]result.Gauge{"utilization_pct": {N: 9, Mean: ptr(87.5)}, "memory_mib": {N: 9, Max: ptr(70600.0)}},
	}
}

func cases() map[string]*result.Run {
	one := run(level(1, 64, 1))
	one.Simulated, one.Engine, one.Model = true, "sim", "sim-small"
	one.Warnings = []string{"the prompts repeat: 40 % of the input tokens had been sent before, so a prefix cache may have answered"}

	var levels []result.Level
	for i := range 8 {
		l := level(1<<i, 400, 1+float64(i)/4)
		l.GoodputPct, l.Goodput = ptr(100-float64(i)), &result.Goodput{Percent: ptr(100 - float64(i))}
		levels = append(levels, l)
	}
	sweep := withTrials(run(levels...), 3)
	sweep.GPU = ptr("NVIDIA A100-SXM4-80GB (80GB, CUDA 12.4)")
	sweep.Environment.Engine = &result.EngineInfo{Name: "vllm", Version: ptr("0.11.0")}

	failing := level(8, 64, 1)
	failing.NumSuccessful, failing.NumFailed = 60, 4
	failing.Failures = map[string]result.Failures{
		"timeout_total": {Count: 1, Example: "no end after 600 s"},
		"http_5xx":      {Count: 3, Example: "status 500: {\"error\": \"CUDA out of memory\x1b[2J\nwhile allocating 2.00 GiB on device 0; 512 MiB are free\"}"},
	}
	m := failing.Metrics["ttft"]
	m.Offered = &result.Summary{N: 64, Lost: 4, P50: ptr(24.0), Beyond: []string{"p95", "p99", "p99_9"}, EarlyStopping: map[string]result.EarlyStopping{
		"p90": {Rank: 1, Needed: 64, Confidence: 0.99, Assumes: result.IIDOnly}, "p99": {Needed: 662, Confidence: 0.99, Assumes: result.IIDOnly},
	}}
	failing.Metrics["ttft"] = m
	e := failing.Metrics["e2e"]
	e.Offered = &result.Summary{N: 64, EarlyStopping: map[string]result.EarlyStopping{"p90": {Upper: ptr(567.8), Rank: 1, Needed: 64}}}
	failing.Metrics["e2e"] = e
	failing.Tokens.ITLSources = map[string]int{"chunks": 60}
	failing.Tokens.PerArrival = map[string]int{"1": 750, "4": 250}
	failing.Tokens.CachedInputShare = ptr(0.375)
	failing.Window.Kind = "short"
	failing.Warnings = []string{"fewer requests than two turns of every slot"}
	failures := run(level(1, 64, 1), failing)
	failures.Interrupted = true

	open := []result.Level{level(2, 400, 1), level(8, 400, 1.5)}
	open[0].Concurrency, open[0].ArrivalRate = nil, ptr(2.5)
	open[1].Concurrency, open[1].ArrivalRate = ptr(64), ptr(10.0)

	for i := range open {
		m := open[i].Metrics["ttft"]
		m.Start = "scheduled"
		open[i].Metrics["ttft"] = m
	}

	dead := result.Level{Concurrency: ptr(4), NumRequests: 10, NumFailed: 10, Failures: map[string]result.Failures{
		"connect": {Count: 10, Example: "connection refused"},
	}}

	starved := level(8, 400, 1)
	graded(&starved, "ttft", result.OK, 0.99)
	graded(&starved, "itl", result.Degraded, 0.96)
	graded(&starved, "stall", result.Invalid, 0.5)
	starved.Instrument = &result.Instrument{Grade: result.Invalid, Reasons: []string{"3 chunks were read late and came merged: stall"}, Transport: "epoll", Stamps: "kernel"}
	starved.Metrics["itl"].Instrument.Served.P50 = &[2]float64{3.209, 3.21} // both print as 3.21

	huge := level(1024, 1000000, 1e6)
	huge.GoodputPct, huge.Throughput.OutputTokensPerSec = ptr(99.9), ptr(12345678.9)

	told, some := level(4, 64, 1), level(8, 64, 1)
	told.Server, told.GPU = server(), gpus()
	some.GPU = &result.GPUUse{Source: "dcgm", Readings: 3, Failed: 2, FailedExample: "answered 503 Service Unavailable"}

	return map[string]*result.Run{
		"told": run(told, some), "starved": run(starved, level(1, 400, 1)), "starved_trials": withTrials(run(starved), 3),
		"one": one, "sweep": sweep, "failures": failures, "open": run(open...), "dead": run(dead), "huge": withTrials(run(huge), 5),
	}
}
