package engine

import (
	"context"
	"errors"
)

// Sim is the server simulated inside splleed, on loopback, in this process. Reports label it as simulated.
type Sim struct {
	Model string `json:"model,omitempty"` // name to report; default "sim-small"
	API   string `json:"api,omitempty"`   // "completions" (default), "chat" or "native"
	Log   string `json:"log,omitempty"`   // NDJSON file of true receive and send times, one line a request
}

// Engine is "sim".
func (s Sim) Engine() string { return "sim" }

// Open connects to the server, or starts it.
func (s Sim) Open(ctx context.Context, host Host) (*Server, error) { return nil, errors.New("not yet") }
