package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/splleed/splleed/internal/invalid"
)

// LlamaCpp is llama.cpp's llama-server: a running one at Endpoint, else one that splleed starts ("managed") and stops.
type LlamaCpp struct {
	Model    string `json:"model,omitempty"`    // the GGUF file, needed to start a server; or a running server's name for it
	Endpoint string `json:"endpoint,omitempty"` // "http://host:8080"; empty means managed
	API      string `json:"api,omitempty"`      // "completions" (default), "chat", "native", …
	Access
	Launch
	Host       string         `json:"host,omitempty"`         // default 127.0.0.1
	Port       int            `json:"port,omitempty"`         // default 8080; -1 picks a free one
	CtxSize    int            `json:"ctx_size,omitempty"`     // tokens of context, shared by all slots; default: the model's
	Parallel   int            `json:"parallel,omitempty"`     // slots: requests served at once; default: the engine's
	NGPULayers *int           `json:"n_gpu_layers,omitempty"` // layers on GPUs, 0 for none; default: as many as fit
	Alias      string         `json:"alias,omitempty"`        // the model's name in requests and results; default: the file
	ExtraArgs  map[string]any `json:"extra_args,omitempty"`   // further flags: {"flash_attn": "on"} is --flash-attn on
}

var llamaCppPaths = paths{health: "/health", about: "/props"}

// Engine is "llamacpp".
func (l LlamaCpp) Engine() string { return "llamacpp" }

// Validate names every bad field.
func (l LlamaCpp) Validate() (fs invalid.Fields) {
	fs.Check(l.Endpoint != "" || l.Model != "", "", "Either 'endpoint' or 'model' must be provided")
	return slices.Concat(fs,
		endpointFaults(l.Endpoint),
		llamaCppAPIs.faults(l.API),
		l.Access.faults(),
		l.Launch.faults(),
		portFaults(l.Port),
		negatives{"ctx_size": l.CtxSize, "parallel": l.Parallel, "n_gpu_layers": or(l.NGPULayers, 0)}.faults(),
		extraArgFaults(l.ExtraArgs, map[string]string{
			"host": "host", "port": "port", "model": "model", "alias": "alias",
		}),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (l LlamaCpp) Open(ctx context.Context, host Host) (*Server, error) {
	if err := l.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := llamaCppAPIs.dialect(l.API)
	if err != nil {
		return nil, err
	}
	t := target{engine: l.Engine(), model: l.Model, access: l.Access, dialect: d, paths: llamaCppPaths, modelInBody: true, hangsUp: true}
	return t.open(ctx, host, l.Endpoint, l.Launch, l.command())
}

func (l LlamaCpp) command() command {
	return command{
		name:    "llama-server",
		title:   "llama.cpp",
		env:     "SPLLEED_LLAMACPP_PATH",
		install: "https://github.com/ggml-org/llama.cpp/releases, or your system's package",
		version: []string{"--version"},
		quiet:   "LLAMA_ARG_LOG_VERBOSITY=2",
		host:    cmp.Or(l.Host, "127.0.0.1"),
		port:    cmp.Or(l.Port, 8080),
		args:    l.args,
	}
}

// args are those of llama-server b10434.
func (l LlamaCpp) args(port int) []string {
	var f flags
	f.text("model", l.Model)
	f.text("host", cmp.Or(l.Host, "127.0.0.1"))
	f.number("port", port)
	f.add("metrics")
	f.number("ctx-size", l.CtxSize)
	f.number("parallel", l.Parallel)
	if l.NGPULayers != nil {
		f.text("n-gpu-layers", flagValue(*l.NGPULayers))
	}
	f.text("alias", l.Alias)
	return append(f, extraArgs(l.ExtraArgs, llamaArgs)...)
}
