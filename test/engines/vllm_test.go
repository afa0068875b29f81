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

// vllmFlags are those of a vLLM that splleed starts here.
func vllmFlags(t *testing.T, flags ...string) []string {
	return vllm.managed(t, append(flags, "--set", "max_model_len=2048", "--set", "max_num_seqs=16",
		"--set", `extra_args={"enforce_eager":true,"enable_prompt_tokens_details":true}`)...)
}

// It takes long to start, so one server serves all loads, and is killed under the last.
func TestVLLM(t *testing.T) {
	s := vllm.start(t)
	for i, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			before := s.count(t)
			c := vllm.splleed(t, append(words(i), "--endpoint", s.url)...)
			c.end(t, 0)
			agree(t, c.journal(t), s.count(t).minus(before).minus(c.probe(t)))
			if e := c.results(t).Environment.Engine; e.Name != "vllm" || e.Version != "0.32.0" || e.Managed {
				t.Errorf("the engine is %+v", e)
			}
		})
	}
	t.Run("killed", func(t *testing.T) {
		killed(t, vllm.splleed(t, append(long, "--endpoint", s.url)...), s.kill)
	})
}

// A run from start to stop, at a rate.
func TestVLLMManaged(t *testing.T) {
	c := vllm.splleed(t, vllmFlags(t, "--arrival-rate", "20", "--runs", "40", "--max-tokens", "16", "--input-len", "24")...)
	c.underLoad(t, 40)
	t.Logf("running: %v", c.running())
	begun := time.Now()
	c.end(t, 0)
	t.Logf("gone after %v", time.Since(begun).Round(time.Millisecond))
	if e := c.results(t).Environment.Engine; e.Name != "vllm" || e.Version != "0.32.0" || !e.Managed {
		t.Errorf("the engine is %+v", e)
	}
}

func TestVLLMInterrupted(t *testing.T) {
	c := vllm.splleed(t, append(long, vllmFlags(t)...)...)
	c.interruptUnderLoad(t)
}
