package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/splleed/splleed/internal/invalid"
)

// SGLang is an SGLang server: a running one at Endpoint, else one that splleed starts ("managed") and stops.
type SGLang struct {
	Model    string `json:"model,omitempty"`    // name or path; needed to start a server
	Endpoint string `json:"endpoint,omitempty"` // "http://host:30000"; empty means managed
	API      string `json:"api,omitempty"`      // "completions" (default), "chat", …
	Access
	Launch
	Host                string         `json:"host,omitempty"`                  // default 127.0.0.1
	Port                int            `json:"port,omitempty"`                  // default 30000; -1 picks a free one
	TensorParallel      int            `json:"tensor_parallel,omitempty"`       // default: the engine's
	DataParallel        int            `json:"data_parallel,omitempty"`         // default: the engine's
	MemFractionStatic   float64        `json:"mem_fraction_static,omitempty"`   // fraction (0, 1] for weights and cache; default: the engine's
	MaxRunningRequests  int            `json:"max_running_requests,omitempty"`  // default: the engine's
	ContextLength       int            `json:"context_length,omitempty"`        // default: the model's
	ChunkedPrefillSize  int            `json:"chunked_prefill_size,omitempty"`  // tokens; default: the engine's
	EnablePrefixCaching *bool          `json:"enable_prefix_caching,omitempty"` // the radix cache; default true
	Quantization        string         `json:"quantization,omitempty"`          // default: the model's
	DType               string         `json:"dtype,omitempty"`                 // "auto", "half", "float16", "bfloat16", "float", "float32"; default: the engine's
	TrustRemoteCode     bool           `json:"trust_remote_code,omitempty"`
	ExtraArgs           map[string]any `json:"extra_args,omitempty"` // further flags: {"attention_backend": "triton"} is --attention-backend triton
}

var sglangPaths = paths{health: "/health", about: "/server_info"}

// Engine is "sglang".
func (s SGLang) Engine() string { return "sglang" }

// Validate names every bad field.
func (s SGLang) Validate() (fs invalid.Fields) {
	fs.Check(s.Endpoint != "" || s.Model != "", "", "Either 'endpoint' or 'model' must be provided")
	return slices.Concat(fs,
		endpointFaults(s.Endpoint),
		sglangAPIs.faults(s.API),
		s.Access.faults(),
		s.Launch.faults(),
		portFaults(s.Port),
		negatives{
			"tensor_parallel": s.TensorParallel, "data_parallel": s.DataParallel, "max_running_requests": s.MaxRunningRequests,
			"context_length": s.ContextLength, "chunked_prefill_size": s.ChunkedPrefillSize,
		}.faults(),
		fractionFaults("mem_fraction_static", s.MemFractionStatic),
		wordFaults("dtype", s.DType, "auto", "half", "float16", "bfloat16", "float", "float32"),
		extraArgFaults(s.ExtraArgs, map[string]string{"host": "host", "port": "port", "model-path": "model", "model": "model"}),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (s SGLang) Open(ctx context.Context, host Host) (*Server, error) {
	if err := s.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := sglangAPIs.dialect(s.API)
	if err != nil {
		return nil, err
	}
	t := target{engine: s.Engine(), model: s.Model, access: s.Access, dialect: d, paths: sglangPaths, modelInBody: true}
	return t.open(ctx, host, s.Endpoint, s.Launch, s.command())
}

func (s SGLang) command() command {
	return command{
		name:    "sglang",
		title:   "SGLang",
		env:     "SPLLEED_SGLANG_PATH",
		install: "pip install sglang",
		version: []string{"version"},
		host:    cmp.Or(s.Host, "127.0.0.1"),
		port:    cmp.Or(s.Port, 30000),
		args:    s.args,
	}
}

// args are those of "sglang serve" 0.5. Its switches have no "--no-" form.
func (s SGLang) args(port int) []string {
	f := flags{"serve"}
	f.text("model-path", s.Model)
	f.text("host", cmp.Or(s.Host, "127.0.0.1"))
	f.number("port", port)
	f.add("enable-metrics")
	f.number("tp-size", s.TensorParallel)
	f.number("dp-size", s.DataParallel)
	if s.MemFractionStatic != 0 {
		f.text("mem-fraction-static", fraction(s.MemFractionStatic))
	}
	f.number("max-running-requests", s.MaxRunningRequests)
	f.number("context-length", s.ContextLength)
	f.number("chunked-prefill-size", s.ChunkedPrefillSize)
	f.when("disable-radix-cache", !or(s.EnablePrefixCaching, true))
	f.text("quantization", s.Quantization)
	f.text("dtype", s.DType)
	f.when("trust-remote-code", s.TrustRemoteCode)
	if or(s.Quiet, true) {
		f.text("log-level", "warning")
	}
	return append(f, extraArgs(s.ExtraArgs, switches)...)
}
