package scrape

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// What real servers said, and what of it is known: read off the files by hand.
func TestRecorded(t *testing.T) {
	check := func(file, engine string, values map[string]float64, counts, sums map[string]float64) {
		t.Helper()
		body, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		shot := read(body)
		if shot.Engine != engine {
			t.Errorf("%s: engine %q, want %q", file, shot.Engine, engine)
		}
		for quantity, want := range values {
			if got, told := shot.Values[quantity]; !told || got != want {
				t.Errorf("%s: %s is %v (%v), want %v", file, quantity, got, told, want)
			}
		}
		if len(shot.Values) != len(values) || len(shot.Histograms) != len(counts) {
			t.Errorf("%s: %v and %d histograms", file, shot.Values, len(shot.Histograms))
		}
		for quantity, want := range counts {
			h := shot.Histograms[quantity]
			if h.Count != want || h.UpTo[bound(math.Inf(1))] != want || math.Abs(h.Sum-sums[quantity]) > 1e-9 {
				t.Errorf("%s: %s has %v samples (%v), sum %v", file, quantity, h.Count, h.UpTo[bound(math.Inf(1))], h.Sum)
			}
		}
	}
	check("vllm-0.32.0.txt", "vllm", map[string]float64{
		running: 0, waiting: 0, kvCacheUsage: 0, preemptions: 0, finished: 28, promptTokens: 166, outputTokens: 294,
		cacheQueries: 172, cacheHits: 0,
	}, map[string]float64{ttft: 30, itl: 264, tpot: 28, e2e: 28, queueTime: 28}, map[string]float64{
		ttft: 42.878735303878784, itl: 14.208644358001266, tpot: 1.8854708142544727, e2e: 56.28297567367554, queueTime: 0.0014564949992745824,
	})
	check("llama.cpp-b10434.txt", "llamacpp", map[string]float64{
		running: 0, waiting: 0, promptTokens: 44 + 63, outputTokens: 2221, cacheQueries: 44 + 63, cacheHits: 63, draftTokens: 0, acceptedTokens: 0,
	}, nil, nil)
	check("tgi-router-3.3.6.txt", "tgi", map[string]float64{
		running: 0, waiting: 0, finished: 17, promptTokens: 97, outputTokens: 1180,
	}, map[string]float64{e2e: 17, queueTime: 17}, map[string]float64{e2e: 8.50994483, queueTime: 0.052880895000000004})
}

// Some versions of vLLM speak old and new names at once; several engines behind one endpoint are added, shares averaged.
func TestRead(t *testing.T) {
	check := func(body, quantity string, want float64) {
		t.Helper()
		if got := read([]byte(body)).Values[quantity]; got != want {
			t.Errorf("%q: %s is %v, want %v", body, quantity, got, want)
		}
	}
	older, newer := "vllm:gpu_prefix_cache_hits_total 5\n", "vllm:prefix_cache_hits_total 7\n"
	check(older, cacheHits, 5)
	check(older+newer, cacheHits, 7)
	check(newer+older, cacheHits, 7)
	check("vllm:num_requests_running{engine=\"0\"} 3\nvllm:num_requests_running{engine=\"1\"} 4\n", running, 7)
	check("vllm:kv_cache_usage_perc{engine=\"0\"} 0.25\nvllm:kv_cache_usage_perc{engine=\"1\"} 0.75\n", kvCacheUsage, 0.5)
	check("vllm:num_requests_running NaN\n", running, 0)
	check("sglang:num_running_reqs{tp_rank=\"0\"} 2\n", running, 2)
}

// By hand: ten samples, four of at most 0.1 s, nine of at most 0.2 s, one longer.
//
//	p20: rank 2 of the 4 in (0, 0.1]: half of the bucket, 0.05
//	p50: rank 5, the first of the 5 in (0.1, 0.2]: a fifth of the bucket, 0.12
//	p90: rank 9, the last of them: 0.2
//	p95: in the bucket without an end: its lower bound
func TestQuantile(t *testing.T) {
	h := buckets{map[bound]float64{0.1: 4, 0.2: 9, 0.3: 9, bound(math.Inf(1)): 10}, 1.5, 10}
	check := func(q, want, wantLow, wantHigh float64) {
		t.Helper()
		value, low, high := h.quantile(q)
		if math.Abs(value-want) > 1e-12 || low != wantLow || high != wantHigh {
			t.Errorf("p%g is %v in (%v, %v], want %v in (%v, %v]", 100*q, value, low, high, want, wantLow, wantHigh)
		}
	}
	check(0.2, 0.05, 0, 0.1)
	check(0.5, 0.12, 0.1, 0.2)
	check(0.9, 0.2, 0.1, 0.2)
	check(0.95, 0.3, 0.3, math.Inf(1))
	if value, _, _ := (buckets{}).quantile(0.5); !math.IsNaN(value) {
		t.Errorf("a quantile of nothing is %v", value)
	}
}

func shots(bodies ...string) (all []Snapshot) {
	for _, body := range bodies {
		all = append(all, read([]byte(body)))
	}
	return all
}

// 5 → 8 → (started anew) 2 → 6: 3 + 2 + 4; what it counted between 8 and its end is lost.
func TestReset(t *testing.T) {
	const name = "vllm:generation_tokens_total "
	g := grown(shots(name+"5", name+"8", name+"2", name+"6"))
	if g.counters[outputTokens] != 9 || g.resets != 1 {
		t.Errorf("grew by %v with %d resets, want 9 and one", g.counters, g.resets)
	}
	g = grown(shots("", name+"3", name+"4"))
	if g.counters[outputTokens] != 4 || g.resets != 0 {
		t.Errorf("a counter that comes later grew by %v with %d resets, want 4 and none", g.counters, g.resets)
	}
	const h = "vllm:time_to_first_token_seconds"
	g = grown(shots(h+"_count 5\n"+h+"_sum 2", h+"_count 7\n"+h+"_sum 3", h+"_count 1\n"+h+"_sum 0.5"))
	if got := g.histograms[ttft]; got.Count != 3 || got.Sum != 1.5 || g.resets != 1 {
		t.Errorf("a histogram grew by %+v with %d resets, want 3 samples of 1.5 s and one", got, g.resets)
	}
}
