package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/splleed/splleed/internal/invalid"
)

// Transformers is "transformers serve": a running one at Endpoint, else one that splleed starts ("managed") and stops. It
// refuses requests with fields that it does not know, ignore_eos and min_tokens among them; these are left out.
type Transformers struct {
	Model    string `json:"model,omitempty"`    // name or path, which requests repeat
	Endpoint string `json:"endpoint,omitempty"` // "http://host:8000"; empty means managed
	API      string `json:"api,omitempty"`      // "chat" (default), "completions" or "responses"
	Access
	Launch
	Host               string         `json:"host,omitempty"`                // default 127.0.0.1
	Port               int            `json:"port,omitempty"`                // default 8000; -1 picks a free one
	Device             string         `json:"device,omitempty"`              // "auto", "cpu", "cuda:0"; default: the engine's
	DType              string         `json:"dtype,omitempty"`               // "auto", "bfloat16", …; default: the engine's
	ContinuousBatching bool           `json:"continuous_batching,omitempty"` // serve requests together
	TrustRemoteCode    bool           `json:"trust_remote_code,omitempty"`
	ExtraArgs          map[string]any `json:"extra_args,omitempty"` // further flags: {"attn_implementation": "sdpa"} is --attn-implementation sdpa
}

var transformersPaths = paths{health: "/health"}

// Engine is "transformers".
func (s Transformers) Engine() string { return "transformers" }

// Validate names every bad field.
func (s Transformers) Validate() (fs invalid.Fields) {
	fs.Check(s.Model != "", "model", "must be provided: requests name it, and the server does not list it")
	return slices.Concat(fs,
		endpointFaults(s.Endpoint),
		transformersAPIs.faults(s.API),
		s.Access.faults(),
		s.Launch.faults(),
		portFaults(s.Port),
		extraArgFaults(s.ExtraArgs, map[string]string{"host": "host", "port": "port", "device": "device", "dtype": "dtype"}),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (s Transformers) Open(ctx context.Context, host Host) (*Server, error) {
	if err := s.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := transformersAPIs.dialect(s.API)
	if err != nil {
		return nil, err
	}
	t := target{engine: s.Engine(), model: s.Model, access: s.Access, dialect: d, paths: transformersPaths, modelInBody: true, manyModels: true}
	return t.open(ctx, host, s.Endpoint, s.Launch, s.command())
}

func (s Transformers) command() command {
	return command{
		name:    "transformers",
		title:   "transformers serve",
		env:     "SPLLEED_TRANSFORMERS_PATH",
		install: "pip install 'transformers[serving]'",
		version: []string{"version"},
		host:    cmp.Or(s.Host, "127.0.0.1"),
		port:    cmp.Or(s.Port, 8000),
		args:    s.args,
	}
}

// args are those of "transformers serve" 5.19.
func (s Transformers) args(port int) []string {
	f := flags{"serve", s.Model}
	f.text("host", cmp.Or(s.Host, "127.0.0.1"))
	f.number("port", port)
	f.text("device", s.Device)
	f.text("dtype", s.DType)
	f.when("continuous-batching", s.ContinuousBatching)
	f.when("trust-remote-code", s.TrustRemoteCode)
	return append(f, extraArgs(s.ExtraArgs, argparse)...)
}
