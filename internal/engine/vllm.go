package engine

import (
	"context"
	"errors"
)

// VLLM is a vLLM server: a running one at Endpoint, else one that splleed starts ("managed") and stops.
type VLLM struct {
	Model    string `json:"model,omitempty"`    // name or path; needed to start a server
	Endpoint string `json:"endpoint,omitempty"` // "http://host:8000"; empty means managed
	API      string `json:"api,omitempty"`      // "completions" (default) or "chat"
	Access
	Launch
	Host                 string         `json:"host,omitempty"`                   // default 127.0.0.1
	Port                 int            `json:"port,omitempty"`                   // default 8000; -1 picks a free one
	TensorParallel       int            `json:"tensor_parallel,omitempty"`        // default 1
	PipelineParallel     int            `json:"pipeline_parallel,omitempty"`      // default 1
	EnablePrefixCaching  *bool          `json:"enable_prefix_caching,omitempty"`  // default true
	GPUMemoryUtilization float64        `json:"gpu_memory_utilization,omitempty"` // fraction (0, 1]; default 0.9
	MaxNumBatchedTokens  int            `json:"max_num_batched_tokens,omitempty"` // default: the engine's
	MaxNumSeqs           int            `json:"max_num_seqs,omitempty"`           // default 256
	MaxModelLen          int            `json:"max_model_len,omitempty"`          // default: the model's
	ChunkedPrefill       *bool          `json:"chunked_prefill,omitempty"`        // default true
	DisableLogRequests   *bool          `json:"disable_log_requests,omitempty"`   // default true
	Quantization         string         `json:"quantization,omitempty"`           // "awq", "gptq", "squeezellm", "fp8", "bitsandbytes"
	DType                string         `json:"dtype,omitempty"`                  // "auto" (default), "float16", "bfloat16", "float32"
	KVCacheDType         string         `json:"kv_cache_dtype,omitempty"`         // "auto" (default), "fp8"
	ExtraArgs            map[string]any `json:"extra_args,omitempty"`             // further flags: {"enforce_eager": true} is --enforce-eager
}

// Engine is "vllm".
func (v VLLM) Engine() string { return "vllm" }

// Open connects to the server, or starts it.
func (v VLLM) Open(ctx context.Context, host Host) (*Server, error) {
	return nil, errors.New("not yet")
}
