package splleed

import (
	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/result"
)

// The backends. A program can bring its own: anything with the methods of Backend. Open fills in a Server; Benchmark.Run
// posts to its URL in its Dialect, and calls its Close at the end. All fields of those built in are in docs/backends.md.
type (
	// Backend is a way to an inference server: a struct of configuration with Engine and Open (docs/backends.md#a-backend-of-ones-own).
	Backend = engine.Backend
	// Server is a server that is ready for load: what a Backend's Open returns.
	Server = engine.Server
	// Host is what a Backend may use of the program that opens it: Say, Getenv, LogDir, …
	Host = engine.Host
	// VLLM is a vLLM server, running (Endpoint) or started by splleed (Model); fields: docs/backends.md#vllm.
	VLLM = engine.VLLM
	// TGI is a Text Generation Inference server, running or started by splleed; fields: docs/backends.md#tgi.
	TGI = engine.TGI
	// SGLang is an SGLang server, running or started by splleed; fields: docs/backends.md#sglang.
	SGLang = engine.SGLang
	// Ollama is an Ollama server, running or started by splleed; fields: docs/backends.md#ollama.
	Ollama = engine.Ollama
	// LlamaCpp is llama.cpp's llama-server, running or started by splleed; fields: docs/backends.md#llamacpp.
	LlamaCpp = engine.LlamaCpp
	// OpenAI is any running server with the OpenAI API (Endpoint, Model); fields: docs/backends.md#openai.
	OpenAI = engine.OpenAI
	// Transformers is "transformers serve", running or started by splleed; fields: docs/backends.md#transformers.
	Transformers = engine.Transformers
	// Sim is the server simulated inside splleed: no GPU, no model; fields: docs/backends.md#sim.
	Sim = engine.Sim
	// Launch is how a server is started: Executable, Quiet, ReadyTimeoutS, GraceTimeoutS, LogFile (docs/backends.md#of-several-backends).
	Launch = engine.Launch
	// Access is what every request carries: APIKey, APIKeyEnv, Headers, ExtraBody (docs/backends.md#of-several-backends).
	Access = engine.Access
	// Secret is a string that is used but never shown: it prints and marshals as "***".
	Secret = engine.Secret
)

// The APIs that servers speak. A Backend of one's own can bring its own Dialect, or take one from DialectNamed.
type (
	// Dialect is one API: where requests go, what they say, how answers are cut and read.
	Dialect = dialect.Dialect
	// Decoder reads the payloads of one response.
	Decoder = dialect.Decoder
	// Delta is what one payload brought.
	Delta = dialect.Delta
	// Content is what kind of generated content that was: TextContent, ReasoningContent, …
	Content = dialect.Content
	// Usage is the server's own count of tokens.
	Usage = dialect.Usage
	// Request is one request in words that no API owns: Model, Prompt, Sampling, …
	Request = dialect.Request
	// Sampling says how the server is to generate: MaxTokens, Temperature, TopP, …; what is not set is not sent.
	Sampling = dialect.Sampling
	// Framing is how a response body is cut into payloads: SSE, Lines or Whole.
	Framing = dialect.Framing
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

// The parts of results. All keys are in docs/results.md, what they mean in docs/metrics.md.
type (
	// Level is one load point: of one trial, or pooled over all trials.
	Level = result.Level
	// Trial is one pass over all levels.
	Trial = result.Trial
	// Aggregate is one level over all trials: each statistic of a trial with its interval.
	Aggregate = result.Aggregate
	// Interval is a Student-t interval over trials: Mean, CILower, CIUpper, Std, …
	Interval = result.Interval
	// Metric is one latency, in milliseconds, over its populations: Served, Offered, …
	Metric = result.Metric
	// Summary describes samples, in milliseconds: N, Mean, P50, P99, …
	Summary = result.Summary
	// SearchProbe is one load that a Search has tried.
	SearchProbe = result.SearchProbe
)

// What is wrong with a configuration. A Backend of one's own whose fields can be wrong is a Validator: Benchmark.Validate
// then names them too.
type (
	// FieldError is one bad field: Path and Message.
	FieldError = invalid.Field
	// FieldErrors collects bad fields.
	FieldErrors = invalid.Fields
	// ConfigError is all bad fields of a configuration that is refused.
	ConfigError = invalid.Error
	// Validator is configuration that can check itself.
	Validator = invalid.Validator
)
