package splleed

import (
	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/result"
)

// The backends. A program can bring its own: anything with the methods of Backend. Open fills in a Server; Benchmark.Run
// posts to its URL in its Dialect, and calls its Close at the end.
type (
	Backend  = engine.Backend
	Server   = engine.Server
	Host     = engine.Host
	VLLM     = engine.VLLM
	TGI      = engine.TGI
	SGLang   = engine.SGLang
	Ollama   = engine.Ollama
	LlamaCpp = engine.LlamaCpp
	OpenAI   = engine.OpenAI

	Transformers = engine.Transformers

	Sim    = engine.Sim
	Launch = engine.Launch
	Access = engine.Access
	Secret = engine.Secret
)

// The APIs that servers speak. A Backend of one's own can bring its own Dialect, or take one from DialectNamed.
type (
	Dialect  = dialect.Dialect
	Decoder  = dialect.Decoder
	Delta    = dialect.Delta
	Content  = dialect.Content
	Usage    = dialect.Usage
	Request  = dialect.Request
	Sampling = dialect.Sampling
	Framing  = dialect.Framing
)

// How a Dialect's response body is cut into payloads.
const (
	SSE   = dialect.SSE   // server-sent events: a payload is the data of one event
	Lines = dialect.Lines // one payload a line (NDJSON)
	Whole = dialect.Whole // the whole body is one payload (no streaming)
)

// What kind of generated content a Delta brought.
const (
	NoContent        = dialect.None      // none: a role, a usage report, a keep-alive
	BlankContent     = dialect.Blank     // a generated event without text: a token only if usage says so
	TextContent      = dialect.Text      // text of the answer, or a tool call
	ReasoningContent = dialect.Reasoning // reasoning text, where the server separates it
	ComputedContent  = dialect.Computed  // a result that is not generated: a vector, scores
)

// DialectNamed returns a built-in dialect: "completions", "chat", "responses", "messages", "embeddings", "rerank", "tgi",
// "llamacpp", "ollama" or "ollama-chat". Embed it to change one of its methods.
func DialectNamed(name string) (Dialect, bool) { return dialect.Named(name) }

// The parts of results.
type (
	Level     = result.Level
	Trial     = result.Trial
	Aggregate = result.Aggregate
	Interval  = result.Interval
	Metric    = result.Metric
	Summary   = result.Summary

	SearchProbe = result.SearchProbe
)

// FieldError is one bad field of a configuration; ConfigError is all of them. A Backend of one's own whose fields can be
// wrong is a Validator: Benchmark.Validate then names them too.
type (
	FieldError  = invalid.Field
	FieldErrors = invalid.Fields
	ConfigError = invalid.Error
	Validator   = invalid.Validator
)
