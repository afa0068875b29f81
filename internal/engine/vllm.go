package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/splleed/splleed/internal/invalid"
)

// VLLM is a vLLM server: a running one at Endpoint, else one that splleed starts ("managed") and stops.
type VLLM struct {
	Model    string `json:"model,omitempty"`    // name or path; needed to start a server
	Endpoint string `json:"endpoint,omitempty"` // "http://host:8000"; empty means managed
	API      string `json:"api,omitempty"`      // "completions" (default), "chat", …
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

var vllmPaths = paths{health: "/health", about: "/version"}

// Engine is "vllm".
func (v VLLM) Engine() string { return "vllm" }

// Validate names every bad field.
func (v VLLM) Validate() (fs invalid.Fields) {
	fs.Check(v.Endpoint != "" || v.Model != "", "", "Either 'endpoint' or 'model' must be provided")
	return slices.Concat(fs,
		endpointFaults(v.Endpoint),
		vllmAPIs.faults(v.API),
		v.Access.faults(),
		v.Launch.faults(),
		portFaults(v.Port),
		negatives{
			"tensor_parallel": v.TensorParallel, "pipeline_parallel": v.PipelineParallel,
			"max_num_batched_tokens": v.MaxNumBatchedTokens, "max_num_seqs": v.MaxNumSeqs, "max_model_len": v.MaxModelLen,
		}.faults(),
		fractionFaults("gpu_memory_utilization", v.GPUMemoryUtilization),
		wordFaults("quantization", v.Quantization, "awq", "gptq", "squeezellm", "fp8", "bitsandbytes"),
		wordFaults("dtype", v.DType, "auto", "float16", "bfloat16", "float32"),
		wordFaults("kv_cache_dtype", v.KVCacheDType, "auto", "fp8"),
		extraArgFaults(v.ExtraArgs, map[string]string{"host": "host", "port": "port", "model": "model"}),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (v VLLM) Open(ctx context.Context, host Host) (*Server, error) {
	if err := v.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := vllmAPIs.dialect(v.API)
	if err != nil {
		return nil, err
	}
	t := target{engine: v.Engine(), model: v.Model, access: v.Access, dialect: d, paths: vllmPaths, modelInBody: true}
	return t.open(ctx, host, v.Endpoint, v.Launch, v.command())
}

func (v VLLM) command() command {
	return command{
		name:    "vllm",
		title:   "vLLM",
		env:     "SPLLEED_VLLM_PATH",
		install: "pip install vllm",
		version: []string{"--version"},
		quiet:   "VLLM_LOGGING_LEVEL=WARNING",
		host:    cmp.Or(v.Host, "127.0.0.1"),
		port:    cmp.Or(v.Port, 8000),
		args:    v.args,
	}
}

// args are those of "vllm" 0.32. Values that match vLLM's own defaults are sent too: these differ between versions, and
// a benchmark should not.
func (v VLLM) args(port int) []string {
	f := flags{"serve", v.Model}
	f.text("host", cmp.Or(v.Host, "127.0.0.1"))
	f.number("port", port)
	f.number("tensor-parallel-size", cmp.Or(v.TensorParallel, 1))
	f.number("pipeline-parallel-size", cmp.Or(v.PipelineParallel, 1))
	f.text("gpu-memory-utilization", fraction(cmp.Or(v.GPUMemoryUtilization, 0.9)))
	f.number("max-num-seqs", cmp.Or(v.MaxNumSeqs, 256))
	f.text("dtype", cmp.Or(v.DType, "auto"))
	f.text("kv-cache-dtype", cmp.Or(v.KVCacheDType, "auto"))
	f.either("enable-prefix-caching", or(v.EnablePrefixCaching, true))
	f.either("enable-chunked-prefill", or(v.ChunkedPrefill, true))
	if !or(v.DisableLogRequests, true) {
		f.add("enable-log-requests") // off unless asked for, so vLLM dropped --disable-log-requests
	}
	f.number("max-num-batched-tokens", v.MaxNumBatchedTokens)
	f.number("max-model-len", v.MaxModelLen)
	f.text("quantization", v.Quantization)
	return append(f, extraArgs(v.ExtraArgs, argparse)...)
}

func fraction(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
