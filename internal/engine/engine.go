// Package engine is the servers: how each is reached, started, awaited and stopped. One file an engine.
//
// An engine is a Backend: a plain struct of configuration that opens a Server. What the rest of splleed needs to know
// of a server is in Server; nothing asks which engine it is.
package engine

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/url"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/sim"
)

// Backend is a way to an inference server: a plain struct of configuration. The built-in ones implement nothing more
// than this (and, where their fields can be wrong, invalid.Validator), so a program can bring its own.
type Backend interface {
	// Engine is the name under which results list the server: "vllm".
	Engine() string
	// Open connects to a running server, or starts one, and returns when it is ready to generate. When ctx ends it
	// gives up and leaves nothing running.
	Open(ctx context.Context, host Host) (*Server, error)
}

// Host is what a Backend may use of the program that opens it. The zero value is silent and reads no environment.
type Host struct {
	// Say is told in words what goes on while the server gets ready.
	Say func(string)
	// Getenv reads the program's environment: executables (SPLLEED_VLLM_PATH), API keys.
	Getenv func(string) string
	// LogDir is where the logs of managed servers go; "" means the system's folder for temporary files.
	LogDir string
	// Sampling is the load's: the first request is of its kind, so that what the server refuses is known before.
	Sampling dialect.Sampling
	// FirstLimit is how long the first token of a server that runs already may take; 0 for FirstLimit.
	FirstLimit time.Duration
	// Unstreamed wishes for answers in one piece, where the API can.
	Unstreamed bool
	// TLS says whom to trust on https; nil leaves that to the system's authorities.
	TLS *tls.Config
	// Proxy is what a server that runs already is reached through; nil for none.
	Proxy *url.URL
}

// dialect is d as the load will speak it.
func (h Host) dialect(d dialect.Dialect) dialect.Dialect {
	if whole, ok := dialect.Unstreamed(d); ok && h.Unstreamed {
		return whole
	}
	return d
}

// say passes a message on.
func (h Host) say(format string, args ...any) {
	if h.Say != nil {
		h.Say(fmt.Sprintf(format, args...))
	}
}

// Server is a server that is ready for load.
type Server struct {
	URL       string            // base URL: "http://127.0.0.1:8000", possibly with a path prefix
	Model     string            // the model's name in requests; "" where the API has none
	Models    []string          // all that requests can name, adapters too; nil where the server does not say
	Header    map[string]string // added to every request; never reported
	Dialect   dialect.Dialect   // the API to speak
	ExtraBody map[string]any    // merged over every request body
	Version   string            // as the server reports it; "" where it does not
	StartID   string            // names this start of the server in trials; "" in connect mode
	Simulated bool              // not a real server: every report says so
	Managed   bool              // started by Open, on this machine
	Command   []string          // that started it, secrets struck out; nil in connect mode
	Reports   map[string]any    // what it says about itself, by path: {"/version": {…}}, without secrets
	Revision  string            // of the model, where the server tells
	Warnings  []string          // what the user should know about this server
	Probe     map[string]int    // tokens of the first request, "input", "cached" and "output"; nil where not known
	// Close stops a managed server, with its whole process tree, and returns when it is gone; nil where there is
	// nothing to stop. Called once, after all requests have ended. An error says that something of it could not be
	// stopped, or that it had ended by itself before; what was measured stands.
	Close func() error
}

// is notes what the server says that it is. A simulated one says so whoever started it.
func (s *Server) is(version, model string) {
	s.Version, s.Model, s.Simulated = version, model, version == sim.Version
}
