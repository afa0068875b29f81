package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/invalid"
)

// OpenAI is any running server with the OpenAI API.
type OpenAI struct {
	Model    string `json:"model,omitempty"`    // as the server names it
	Endpoint string `json:"endpoint,omitempty"` // base URL: "https://host", also with "/v1" at its end
	API      string `json:"api,omitempty"`      // "chat" (default), "completions", …
	Path     string `json:"path,omitempty"`     // where to post, in place of the API's own path
	Preset   string `json:"preset,omitempty"`   // "lmdeploy", "openai", …: a server or service whose address, key and paths are known
	Access
}

var openaiPaths = paths{health: "/health", about: "/version"}

// Engine is "openai".
func (o OpenAI) Engine() string { return "openai" }

// Validate names every bad field.
func (o OpenAI) Validate() (fs invalid.Fields) {
	fs.Check(o.Endpoint != "" || o.Preset != "", "endpoint", "must be provided: the base URL of a running server")
	fs.Check(o.Path == "" || strings.HasPrefix(o.Path, "/") && isTarget(o.Path), "path", "must begin with / and hold no spaces, not %q", o.Path)
	return slices.Concat(fs,
		endpointFaults(o.Endpoint),
		openaiAPIs.faults(o.API),
		wordFaults("preset", o.Preset, Presets()...),
		o.Access.faults(),
	)
}

// Open connects to the server.
func (o OpenAI) Open(ctx context.Context, host Host) (*Server, error) {
	if err := o.Validate().Err(); err != nil {
		return nil, err
	}
	p := presets[o.Preset]
	o = o.with(p)
	d, err := openaiAPIs.dialect(o.API)
	if err != nil {
		return nil, err
	}
	d = p.at(d)
	if o.Path != "" {
		d = dialect.At(o.Path, d)
	}
	t := target{engine: o.Engine(), model: o.Model, access: o.Access, dialect: d, paths: openaiPaths, modelInBody: true, customPath: o.Path != "" || p.version != ""}
	return t.connect(ctx, host, o.Endpoint)
}

// isTarget reports whether s can stand in the first line of a request.
func isTarget(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
