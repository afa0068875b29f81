package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func ptr[T any](v T) *T { return &v }

// vllmDefaults are the flags of the Python splleed 0.1, less --disable-log-requests, which vLLM has dropped.
const vllmDefaults = "serve m --host 127.0.0.1 --port 8000 --tensor-parallel-size 1 --pipeline-parallel-size 1 " +
	"--gpu-memory-utilization 0.9 --max-num-seqs 256 --dtype auto --kv-cache-dtype auto --enable-prefix-caching --enable-chunked-prefill"

func TestVLLMArgs(t *testing.T) {
	// A config as users write it, what it takes away from the default flags, and what it adds.
	check := func(config, old, new string) {
		t.Helper()
		v := VLLM{Model: "m"}
		if err := json.Unmarshal([]byte(config), &v); err != nil {
			t.Fatal(err)
		}
		want := vllmDefaults
		if old != "" {
			if !strings.Contains(want, old) {
				t.Fatalf("%q is not among the default flags", old)
			}
			want = strings.Replace(want, old, new, 1)
		} else if new != "" {
			want += " " + new
		}
		if got := strings.Join(v.args(v.command().port), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", config, got, want)
		}
	}
	check(`{}`, "", "")
	check(`{"model":"org/n"}`, "serve m ", "serve org/n ")
	check(`{"host":"0.0.0.0"}`, "--host 127.0.0.1", "--host 0.0.0.0")
	check(`{"port":8123}`, "--port 8000", "--port 8123")
	check(`{"tensor_parallel":4}`, "--tensor-parallel-size 1", "--tensor-parallel-size 4")
	check(`{"pipeline_parallel":2}`, "--pipeline-parallel-size 1", "--pipeline-parallel-size 2")
	check(`{"gpu_memory_utilization":0.85}`, "--gpu-memory-utilization 0.9", "--gpu-memory-utilization 0.85")
	check(`{"max_num_seqs":16}`, "--max-num-seqs 256", "--max-num-seqs 16")
	check(`{"dtype":"bfloat16"}`, "--dtype auto", "--dtype bfloat16")
	check(`{"kv_cache_dtype":"fp8"}`, "--kv-cache-dtype auto", "--kv-cache-dtype fp8")
	check(`{"enable_prefix_caching":true}`, "", "")
	check(`{"enable_prefix_caching":false}`, "--enable-prefix-caching", "--no-enable-prefix-caching")
	check(`{"chunked_prefill":false}`, "--enable-chunked-prefill", "--no-enable-chunked-prefill")
	check(`{"disable_log_requests":true}`, "", "")
	check(`{"disable_log_requests":false}`, "", "--enable-log-requests")
	check(`{"max_num_batched_tokens":4096}`, "", "--max-num-batched-tokens 4096")
	check(`{"max_model_len":2048}`, "", "--max-model-len 2048")
	check(`{"quantization":"awq"}`, "", "--quantization awq")
	check(`{"max_model_len":2048,"extra_args":{"enforce_eager":true}}`, "", "--max-model-len 2048 --enforce-eager")
}

func TestTGIArgs(t *testing.T) {
	const defaults = "--model-id m --hostname 0.0.0.0 --port 3000 --max-concurrent-requests 128 --cuda-memory-fraction 1.0"
	check := func(config, old, new string) {
		t.Helper()
		g := TGI{Model: "m"}
		if err := json.Unmarshal([]byte(config), &g); err != nil {
			t.Fatal(err)
		}
		want := defaults + " " + new
		if old != "" {
			want = strings.Replace(defaults, old, new, 1)
		}
		if got := strings.Join(g.args(g.command().port), " "); got != strings.TrimSpace(want) {
			t.Errorf("%s:\n got %s\nwant %s", config, got, want)
		}
	}
	check(`{}`, "", "")
	check(`{"model":"org/n"}`, "--model-id m", "--model-id org/n")
	check(`{"host":"127.0.0.1"}`, "0.0.0.0", "127.0.0.1")
	check(`{"port":3001}`, "3000", "3001")
	check(`{"max_concurrent_requests":512}`, "128", "512")
	check(`{"cuda_memory_fraction":0.5}`, "1.0", "0.5")
	check(`{"num_shard":2}`, "", "--num-shard 2")
	check(`{"sharded":true}`, "", "--sharded true")
	check(`{"sharded":false}`, "", "--sharded false")
	check(`{"max_total_tokens":4096,"max_input_tokens":3072}`, "", "--max-total-tokens 4096 --max-input-tokens 3072")
	check(`{"max_batch_size":8}`, "", "--max-batch-size 8")
	check(`{"quantize":"bitsandbytes-nf4"}`, "", "--quantize bitsandbytes-nf4")
	check(`{"dtype":"float16"}`, "", "--dtype float16")
	check(`{"trust_remote_code":true}`, "", "--trust-remote-code")
	check(`{"disable_custom_kernels":true}`, "", "--disable-custom-kernels")
	check(`{"json_output":true}`, "", "--json-output")
	check(`{"revision":"abc"}`, "", "--revision abc")
	check(`{"revision":"abc","extra_args":{"max_stop_sequences":8}}`, "", "--revision abc --max-stop-sequences 8")
}

func TestExtraArgs(t *testing.T) {
	check := func(config string, s style, want ...string) {
		t.Helper()
		var args map[string]any
		if err := json.Unmarshal([]byte(config), &args); err != nil {
			t.Fatal(err)
		}
		if got := extraArgs(args, s); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", config, []string(got), want)
		}
	}
	check(`{}`, argparse)
	check(`{"max_loras":4}`, argparse, "--max-loras", "4")
	check(`{"--max-loras":4}`, argparse, "--max-loras", "4")
	check(`{"swap_space":0.5}`, argparse, "--swap-space", "0.5")
	check(`{"max_tokens":2000000}`, argparse, "--max-tokens", "2000000") // not 2e+06
	check(`{"load_format":"dummy"}`, argparse, "--load-format", "dummy")
	check(`{"b":"2","a":"1"}`, argparse, "--a", "1", "--b", "2")
	check(`{"enable_lora":true}`, argparse, "--enable-lora")
	check(`{"enable_lora":false}`, argparse, "--no-enable-lora")
	check(`{"seed":null}`, argparse)
	check(`{"served_model_name":["a","b"]}`, argparse, "--served-model-name", "a", "b")
	check(`{"speculative_config":{"method":"ngram","n":2}}`, argparse, "--speculative-config", `{"method":"ngram","n":2}`)
	check(`{"disable_grammar_support":true}`, clap, "--disable-grammar-support")
	check(`{"disable_grammar_support":false}`, clap)
	check(`{"cors_allow_origin":["a","b"]}`, clap, "--cors-allow-origin", "a", "--cors-allow-origin", "b")

	// What Go programs may write is not only what JSON decodes to.
	got := extraArgs(map[string]any{"a": []string{"x", "y"}, "n": 3, "u": uint8(4)}, argparse)
	if want := []string{"--a", "x", "y", "--n", "3", "--u", "4"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", []string(got), want)
	}
}
