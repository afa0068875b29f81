package engine

import (
	"context"
	"errors"
)

// OpenAI is any running server with the OpenAI API.
type OpenAI struct {
	Model    string `json:"model,omitempty"`    // as the server names it
	Endpoint string `json:"endpoint,omitempty"` // base URL: "https://host", also with "/v1" at its end
	API      string `json:"api,omitempty"`      // "chat" (default) or "completions"
	Path     string `json:"path,omitempty"`     // where to post, in place of the API's own path
	Access
}

// Engine is "openai".
func (o OpenAI) Engine() string { return "openai" }

// Open connects to the server, or starts it.
func (o OpenAI) Open(ctx context.Context, host Host) (*Server, error) {
	return nil, errors.New("not yet")
}
