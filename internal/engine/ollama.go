package engine

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/splleed/splleed/internal/invalid"
)

// Ollama is an Ollama server: a running one at Endpoint, else one that splleed starts ("managed") and stops. Its models
// must have been pulled.
type Ollama struct {
	Model    string `json:"model,omitempty"`    // "llama3.2" or "llama3.2:1b"; needed to start a server
	Endpoint string `json:"endpoint,omitempty"` // "http://host:11434"; empty means managed
	API      string `json:"api,omitempty"`      // "native" (default), "native-chat", "chat", "completions", …
	Access
	Launch
	Host           string `json:"host,omitempty"`            // default 127.0.0.1
	Port           int    `json:"port,omitempty"`            // default 11434; -1 picks a free one
	Parallel       int    `json:"parallel,omitempty"`        // requests served at once; default: the engine's
	ContextLength  int    `json:"context_length,omitempty"`  // tokens a request; default: the engine's
	MaxQueue       int    `json:"max_queue,omitempty"`       // requests that wait; more are refused with 503; default: the engine's
	KeepAlive      string `json:"keep_alive,omitempty"`      // how long an idle model stays loaded: "10m", "-1" for ever; default: the engine's
	FlashAttention *bool  `json:"flash_attention,omitempty"` // default: the engine's
	KVCacheType    string `json:"kv_cache_type,omitempty"`   // "f16", "q8_0", "q4_0"; default: the engine's
	ModelsDir      string `json:"models_dir,omitempty"`      // where pulled models lie; default: the engine's
}

var ollamaPaths = paths{health: "/api/version", about: "/api/version"}

// Engine is "ollama".
func (o Ollama) Engine() string { return "ollama" }

// Validate names every bad field.
func (o Ollama) Validate() (fs invalid.Fields) {
	fs.Check(o.Endpoint != "" || o.Model != "", "", "Either 'endpoint' or 'model' must be provided")
	return slices.Concat(fs,
		endpointFaults(o.Endpoint),
		ollamaAPIs.faults(o.API),
		o.Access.faults(),
		o.Launch.faults(),
		portFaults(o.Port),
		negatives{"parallel": o.Parallel, "context_length": o.ContextLength, "max_queue": o.MaxQueue}.faults(),
		wordFaults("kv_cache_type", o.KVCacheType, "f16", "q8_0", "q4_0"),
	)
}

// Open connects to the server at Endpoint, or starts one.
func (o Ollama) Open(ctx context.Context, host Host) (*Server, error) {
	if err := o.Validate().Err(); err != nil {
		return nil, err
	}
	d, err := ollamaAPIs.dialect(o.API)
	if err != nil {
		return nil, err
	}
	t := target{
		engine: o.Engine(), model: o.Model, access: o.Access, dialect: d, paths: ollamaPaths,
		modelInBody: true, manyModels: true,
	}
	return t.open(ctx, host, o.Endpoint, o.Launch, o.command())
}

func (o Ollama) command() command {
	return command{
		name:    "ollama",
		title:   "Ollama",
		env:     "SPLLEED_OLLAMA_PATH",
		install: "https://ollama.com/download, then: ollama pull MODEL",
		version: []string{"--version"},
		host:    cmp.Or(o.Host, "127.0.0.1"),
		port:    cmp.Or(o.Port, 11434),
		args:    func(int) []string { return []string{"serve"} },
		environ: o.environ,
	}
}

// environ is how Ollama is configured: it has no flags.
func (o Ollama) environ(port int) []string {
	env := []string{"OLLAMA_HOST=" + net.JoinHostPort(cmp.Or(o.Host, "127.0.0.1"), strconv.Itoa(port))}
	set := func(name string, value any, isSet bool) {
		if isSet {
			env = append(env, fmt.Sprintf("OLLAMA_%s=%v", name, value))
		}
	}
	set("NUM_PARALLEL", o.Parallel, o.Parallel != 0)
	set("CONTEXT_LENGTH", o.ContextLength, o.ContextLength != 0)
	set("MAX_QUEUE", o.MaxQueue, o.MaxQueue != 0)
	set("KEEP_ALIVE", o.KeepAlive, o.KeepAlive != "")
	set("FLASH_ATTENTION", or(o.FlashAttention, false), o.FlashAttention != nil)
	set("KV_CACHE_TYPE", o.KVCacheType, o.KVCacheType != "")
	set("MODELS", o.ModelsDir, o.ModelsDir != "")
	return env
}
