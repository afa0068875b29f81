package engine

import (
	"context"
	"errors"
)

// TGI is a Text Generation Inference server: a running one at Endpoint, else one that splleed starts ("managed") and stops.
type TGI struct {
	Model    string `json:"model,omitempty"`    // name or path; needed to start a server
	Endpoint string `json:"endpoint,omitempty"` // "http://host:3000"; empty means managed
	API      string `json:"api,omitempty"`      // "native" (default), "completions" or "chat"
	Access
	Launch
	Host                  string         `json:"host,omitempty"`                    // default 0.0.0.0
	Port                  int            `json:"port,omitempty"`                    // default 3000; -1 picks a free one
	NumShard              int            `json:"num_shard,omitempty"`               // default: the engine's
	Sharded               *bool          `json:"sharded,omitempty"`                 // default: the engine's
	MaxConcurrentRequests int            `json:"max_concurrent_requests,omitempty"` // default 128; more are refused with 429
	MaxTotalTokens        int            `json:"max_total_tokens,omitempty"`        // default: the engine's
	MaxInputTokens        int            `json:"max_input_tokens,omitempty"`        // default: the engine's
	MaxBatchSize          int            `json:"max_batch_size,omitempty"`          // default: the engine's
	Quantize              string         `json:"quantize,omitempty"`                // "awq", "gptq", "eetq", "exl2", "marlin", "bitsandbytes", "bitsandbytes-nf4", "fp8"
	DType                 string         `json:"dtype,omitempty"`                   // "float16", "bfloat16"
	CUDAMemoryFraction    float64        `json:"cuda_memory_fraction,omitempty"`    // (0, 1]; default 1
	TrustRemoteCode       bool           `json:"trust_remote_code,omitempty"`
	Revision              string         `json:"revision,omitempty"`
	DisableCustomKernels  bool           `json:"disable_custom_kernels,omitempty"`
	JSONOutput            bool           `json:"json_output,omitempty"`
	ExtraArgs             map[string]any `json:"extra_args,omitempty"` // further flags: {"max_stop_sequences": 8} is --max-stop-sequences 8
}

// Engine is "tgi".
func (t TGI) Engine() string { return "tgi" }

// Open connects to the server, or starts it.
func (t TGI) Open(ctx context.Context, host Host) (*Server, error) { return nil, errors.New("not yet") }
