package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
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

var tgiPaths = paths{health: "/health", about: "/info"}

// Engine is "tgi".
func (t TGI) Engine() string { return "tgi" }

// Validate names every bad field.
func (t TGI) Validate() (fs invalid.Fields) {
	fs.Check(t.Endpoint != "" || t.Model != "", "", "Either 'endpoint' or 'model' must be provided")
	return slices.Concat(fs,
		endpointFaults(t.Endpoint),
		tgiAPIs.faults(t.API),
		t.Access.faults(),
		t.Launch.faults(),
		portFaults(t.Port),
		negatives{
			"num_shard": t.NumShard, "max_concurrent_requests": t.MaxConcurrentRequests, "max_total_tokens": t.MaxTotalTokens,
			"max_input_tokens": t.MaxInputTokens, "max_batch_size": t.MaxBatchSize,
		}.faults(),
		fractionFaults("cuda_memory_fraction", t.CUDAMemoryFraction),
		wordFaults("quantize", t.Quantize, "awq", "gptq", "eetq", "exl2", "marlin", "bitsandbytes", "bitsandbytes-nf4", "fp8"),
		wordFaults("dtype", t.DType, "float16", "bfloat16"),
		extraArgFaults(t.ExtraArgs, map[string]string{"hostname": "host", "port": "port", "model-id": "model"}),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (t TGI) Open(ctx context.Context, host Host) (*Server, error) {
	if err := t.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := tgiAPIs.dialect(t.API)
	if err != nil {
		return nil, err
	}
	to := target{engine: t.Engine(), model: t.Model, access: t.Access, dialect: d, paths: tgiPaths}
	return to.open(ctx, host, t.Endpoint, t.Launch, t.command())
}

func (t TGI) command() command {
	return command{
		name:    "text-generation-launcher",
		title:   "TGI",
		env:     "SPLLEED_TGI_PATH",
		install: "it comes as a container, ghcr.io/huggingface/text-generation-inference; run that, and see 4",
		version: []string{"--version"},
		quiet:   "RUST_LOG=warn",
		host:    cmp.Or(t.Host, "0.0.0.0"),
		port:    cmp.Or(t.Port, 3000),
		args:    t.args,
	}
}

// args are those of text-generation-launcher 3. Its switches have no "--no-" form: false is their absence.
func (t TGI) args(port int) []string {
	var f flags
	f.text("model-id", t.Model)
	f.text("hostname", cmp.Or(t.Host, "0.0.0.0"))
	f.number("port", port)
	f.number("max-concurrent-requests", cmp.Or(t.MaxConcurrentRequests, 128))
	f.text("cuda-memory-fraction", decimal(cmp.Or(t.CUDAMemoryFraction, 1)))
	f.number("num-shard", t.NumShard)
	if t.Sharded != nil {
		f.text("sharded", strconv.FormatBool(*t.Sharded))
	}
	f.number("max-total-tokens", t.MaxTotalTokens)
	f.number("max-input-tokens", t.MaxInputTokens)
	f.number("max-batch-size", t.MaxBatchSize)
	f.text("quantize", t.Quantize)
	f.text("dtype", t.DType)
	f.when("trust-remote-code", t.TrustRemoteCode)
	f.when("disable-custom-kernels", t.DisableCustomKernels)
	f.when("json-output", t.JSONOutput)
	f.text("revision", t.Revision)
	return append(f, extraArgs(t.ExtraArgs, clap)...)
}

// decimal writes 1 as "1.0".
func decimal(f float64) string {
	s := fraction(f)
	if !strings.ContainsRune(s, '.') {
		s += ".0"
	}
	return s
}
