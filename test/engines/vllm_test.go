//go:build engines && linux

package engines

import (
	"testing"
	"time"
)

var vllm = engine{
	backend: "vllm",
	command: "vllm",
	model:   "tiny",
	env:     "SPLLEED_VLLM_PATH",
	environ: []string{"HF_HUB_OFFLINE=1", "VLLM_NO_USAGE_STATS=1", "VLLM_CPU_KVCACHE_SPACE=1"},
	limit:   6 * time.Minute, // 20 s on an idle machine
	serve: func(model, port string) []string {
		return []string{
			"serve", model, "--served-model-name", "tiny", "--host", "127.0.0.1", "--port", port, "--max-model-len", "2048",
			"--max-num-seqs", "16", "--enforce-eager", "--enable-prompt-tokens-details",
		}
	},
	counters: func(m map[string]float64) counts {
		return counts{int(m["vllm:generation_tokens_total"]), int(m["vllm:prompt_tokens_total"] - m["vllm:prompt_tokens_cached_total"])}
	},
}

// It takes long to start, so all tests together start it five times; how engines fail to start is llama.cpp's to show.

// vllmFlags are those of a vLLM that splleed starts here.
func vllmFlags(t *testing.T, flags ...string) []string {
	return vllm.managed(t, append(flags, "--set", "max_model_len=32768", "--set", "max_num_seqs=16",
		"--set", `extra_args={"enforce_eager":true,"enable_prompt_tokens_details":true}`)...)
}

// One server serves all loads, and is killed under the last.
func TestVLLM(t *testing.T) {
	s := vllm.start(t)
	for i, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			before := s.count(t)
			c := vllm.splleed(t, append(words(i), "--endpoint", s.url)...)
			c.end(t, 0)
			agree(t, c.journal(t), s.count(t).minus(before).minus(c.probe(t)))
			c.serverAgrees(t, "vllm", "running", "waiting", "kv_cache_usage")
			if e := c.results(t).Environment.Engine; e.Name != "vllm" || e.Version != "0.32.0" || e.Managed {
				t.Errorf("the engine is %+v", e)
			}
		})
	}
	t.Run("killed", func(t *testing.T) {
		killed(t, vllm.splleed(t, append(long, "--endpoint", s.url)...), s.kill)
	})
}

// The three ways to stop; the idle server is one that Python has started.
func TestVLLMStops(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		vllm.stopsIdle(t)
	})
	t.Run("a stranger's stream in flight", func(t *testing.T) {
		vllm.stopsUnderStranger(t, vllmFlags(t))
	})
	t.Run("killed parent", func(t *testing.T) {
		vllm.stopsWithoutParent(t, vllmFlags(t))
	})
}

// A port that is taken is told before anything starts.
func TestVLLMPortTaken(t *testing.T) { vllm.portTaken(t) }

// Ctrl-C while the model is loaded, by processes that vLLM has started.
func TestVLLMInterrupted(t *testing.T) {
	c := vllm.splleed(t, vllmFlags(t, "--set", "grace_timeout_s=2")...)
	until(t, vllm.limit, "the engine's process is there", func() bool { return len(c.running()) >= 5 })
	c.interrupt(t)
}
