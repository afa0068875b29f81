package engine

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/invalid"
)

// Paths of the bad fields, in any order; none where all is well.
func TestValidate(t *testing.T) {
	check := func(v invalid.Validator, want ...string) {
		t.Helper()
		var got []string
		for _, f := range v.Validate() {
			got = append(got, f.Path)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%+v: bad fields %q, want %q", v, got, want)
		}
	}
	check(VLLM{Model: "m"})
	check(VLLM{Endpoint: "http://h"})
	check(VLLM{Model: "m", Endpoint: "http://h:8000/v1", Port: 9, API: "chat", TensorParallel: 2})
	check(VLLM{}, "")
	check(TGI{}, "")
	check(OpenAI{Model: "m"}, "endpoint")

	check(VLLM{Model: "m", Port: -1})
	check(VLLM{Model: "m", Port: 65535, GPUMemoryUtilization: 1})
	check(VLLM{
		Model: "m", Endpoint: "localhost:8000", API: "native", Port: 65536, TensorParallel: -1, PipelineParallel: -1,
		GPUMemoryUtilization: 1.01, MaxNumBatchedTokens: -1, MaxNumSeqs: -1, MaxModelLen: -1,
		Quantization: "x", DType: "x", KVCacheDType: "x",
		Launch:    Launch{ReadyTimeoutS: -1, GraceTimeoutS: math.NaN()},
		Access:    Access{APIKey: "a\r\nb", Headers: map[string]string{"Bad Name": "v", "X-Fine": "v", "X-Bad": "a\nb", "Host": "h"}},
		ExtraArgs: map[string]any{"port": 1, "_": 1, "enforce_eager": true},
	}, "endpoint", "api", "port", "tensor_parallel", "pipeline_parallel", "gpu_memory_utilization", "max_num_batched_tokens",
		"max_num_seqs", "max_model_len", "quantization", "dtype", "kv_cache_dtype", "ready_timeout_s", "grace_timeout_s",
		"api_key", "headers.Bad Name", "headers.X-Bad", "headers.Host", "extra_args.port", "extra_args._")
	check(VLLM{Model: "m", GPUMemoryUtilization: math.NaN(), Port: -2}, "gpu_memory_utilization", "port")
	check(VLLM{Model: "m", Access: Access{APIKey: "k", APIKeyEnv: "K"}}, "api_key_env")

	check(TGI{Model: "m", API: "native", Quantize: "eetq", DType: "float16", CUDAMemoryFraction: 0.5})
	check(TGI{
		Model: "m", Endpoint: "ftp://h", API: "x", Port: -2, NumShard: -1, MaxConcurrentRequests: -1, MaxTotalTokens: -1,
		MaxInputTokens: -1, MaxBatchSize: -1, Quantize: "squeezellm", DType: "auto", CUDAMemoryFraction: -0.1,
		ExtraArgs: map[string]any{"model-id": "n", "hostname": "h"},
	}, "endpoint", "api", "port", "num_shard", "max_concurrent_requests", "max_total_tokens", "max_input_tokens", "max_batch_size",
		"quantize", "dtype", "cuda_memory_fraction", "extra_args.model-id", "extra_args.hostname")

	check(OpenAI{Endpoint: "https://h/v1", API: "auto", Path: "/openai/chat"})
	check(OpenAI{Endpoint: "https://h?x=1", API: "native", Path: "chat"}, "endpoint", "api", "path")
	check(OpenAI{Endpoint: "https://h", Path: "/a HTTP/1.1"}, "path")
}

// Users of the Python package know this text.
func TestNeitherEndpointNorModel(t *testing.T) {
	for _, v := range []invalid.Validator{VLLM{}, TGI{}} {
		if got := v.Validate().Err(); got == nil || got.Error() != "Either 'endpoint' or 'model' must be provided" {
			t.Errorf("%T: %v", v, got)
		}
	}
}

func TestBaseURL(t *testing.T) {
	check := func(endpoint, want string) {
		t.Helper()
		if got, err := baseURL(endpoint); got != want || err != nil {
			t.Errorf("baseURL(%q) = %q, %v, want %q", endpoint, got, err, want)
		}
	}
	for _, end := range []string{"", "/", "//", "/v1", "/v1/"} {
		check("http://localhost:8000"+end, "http://localhost:8000")
		check("https://gate/llm"+end, "https://gate/llm")
	}
	check(" http://[::1]:8000/v1 ", "http://[::1]:8000")
	check("http://h/v12", "http://h/v12")
	check("HTTP://h", "http://h")

	refuse := func(endpoint, reason string) {
		t.Helper()
		_, err := baseURL(endpoint)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("baseURL(%q): %v, want %q", endpoint, err, reason)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	refuse("localhost:8000", "must be the URL of a server")
	refuse("127.0.0.1:8000", "must be the URL of a server")
	refuse("http://", "must be the URL of a server")
	refuse("/v1/completions", "must be the URL of a server")
	refuse("unix:///tmp/x", "must be the URL of a server")
	refuse("http://me:hunter2@h", "must not hold a user name")
	refuse("http://me:hunter2@h:port", "must be the URL of a server")
	refuse("http://h?q=1", "without ? and #")
	refuse("http://h#x", "without ? and #")
}

func TestAPIs(t *testing.T) {
	check := func(as apis, api, path string) {
		t.Helper()
		d, err := as.dialect(api)
		if err != nil {
			t.Fatal(err)
		}
		if d.Path() != path {
			t.Errorf("%v.dialect(%q) posts to %s, want %s", as, api, d.Path(), path)
		}
	}
	check(vllmAPIs, "", "/v1/completions")
	check(vllmAPIs, "auto", "/v1/completions")
	check(vllmAPIs, "chat", "/v1/chat/completions")
	check(openaiAPIs, "", "/v1/chat/completions")
	check(openaiAPIs, "completions", "/v1/completions")
	check(tgiAPIs, "", "/generate_stream")
	check(tgiAPIs, "native", "/generate_stream")
	check(tgiAPIs, "completions", "/v1/completions")
}
