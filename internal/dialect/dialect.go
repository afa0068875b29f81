// Package dialect is how servers are spoken to: one file an API, each with its request body and its event decoder.
//
// A dialect knows no sockets and no clock. It turns a Request into a body, and the payloads of a response into
// Deltas; package wire cuts the payloads out of the bytes, package load counts and stamps them.
package dialect

import (
	"maps"
	"slices"
	"strings"
)

// Request is one generation request, in words that no API owns.
type Request struct {
	Model           string
	Prompt          string
	Sampling        Sampling
	ContinuousUsage bool           // ask for usage on every event: exact token counts at the server's cost
	ExtraBody       map[string]any // merged over the body, top level, last
}

// Sampling says how the server is to generate. A field that was not set is never sent (max_tokens apart).
// Pointers are fields whose zero is a meaningful wish.
type Sampling struct {
	MaxTokens         int      `json:"max_tokens,omitempty"`         // tokens to generate at most; 0 means 128
	MinTokens         int      `json:"min_tokens,omitempty"`         // tokens to generate at least
	Temperature       *float64 `json:"temperature,omitempty"`        // 0 is greedy
	TopP              float64  `json:"top_p,omitempty"`              // (0, 1]
	TopK              int      `json:"top_k,omitempty"`              // -1 means all, where the engine knows it
	FrequencyPenalty  *float64 `json:"frequency_penalty,omitempty"`  // [-2, 2]
	PresencePenalty   *float64 `json:"presence_penalty,omitempty"`   // [-2, 2]
	RepetitionPenalty float64  `json:"repetition_penalty,omitempty"` // > 0; 1 is none
	IgnoreEOS         bool     `json:"ignore_eos,omitempty"`         // go on to max_tokens
	Stop              []string `json:"stop,omitempty"`
	Seed              *int64   `json:"seed,omitempty"` // the server's sampling seed
}

// DefaultMaxTokens is what a MaxTokens of 0 means.
const DefaultMaxTokens = 128

// Limit is the number of tokens that the request may generate.
func (s Sampling) Limit() int {
	if s.MaxTokens == 0 {
		return DefaultMaxTokens
	}
	return s.MaxTokens
}

// Dialect is one API. Implementations are safe for concurrent use.
type Dialect interface {
	// Path is where requests are posted, from the server's base URL on: "/v1/completions".
	Path() string
	// Framing is how the response body is cut into payloads.
	Framing() Framing
	// Body is the JSON body of a request.
	Body(Request) ([]byte, error)
	// Decoder returns a fresh decoder for one response.
	Decoder() Decoder
}

// Framing is how a response body is cut into payloads.
type Framing int

// The framings.
const (
	SSE   Framing = iota // server-sent events: a payload is the data of one event
	Lines                // one payload a line (NDJSON)
	Whole                // the whole body is one payload (no streaming)
)

// Decoder reads the payloads of one response, in order.
type Decoder interface {
	// Decode reads one payload, which it must not keep. An error says that the payload is malformed.
	Decode(payload []byte) (Delta, error)
}

// Delta is what one payload brought. Its zero value brought nothing: a role, a comment, a keep-alive.
type Delta struct {
	Content Content
	Tokens  int    // generated tokens that the payload is known to carry; 0 means not known
	Usage   Usage  // token counts, where the payload reports them
	Finish  string // finish reason; "" while the response goes on
	Error   string // the server's error message, where the payload is an error
	Done    bool   // the response says that it is complete ("[DONE]")
}

// Content says what kind of generated content a payload carried.
type Content int

// The kinds of content.
const (
	None      Content = iota // no generated content
	Blank                    // a generated event without text: a token only if usage says so
	Text                     // text of the answer, or a tool call
	Reasoning                // reasoning text, where the server separates it
	Computed                 // a result that is not generated: a vector, scores
)

// Usage is the server's own count of tokens so far.
type Usage struct {
	Known         bool
	Input, Output int  // -1 where the server does not say
	Cached        int  // of Input, those from a prefix cache
	CachedKnown   bool // whether the server reports Cached at all
}

// Partial is implemented by dialects whose API lacks some sampling fields.
type Partial interface {
	// Unsupported names the fields that are set but cannot be sent, as in JSON: "min_tokens".
	Unsupported(Sampling) []string
}

// Unsupported names the fields of s that are set but that d cannot send.
func Unsupported(d Dialect, s Sampling) []string {
	if p, ok := d.(Partial); ok {
		return p.Unsupported(s)
	}
	return nil
}

// Streamable is implemented by dialects whose API can also answer in one piece.
type Streamable interface {
	// Unstreamed is the same API without streaming.
	Unstreamed() Dialect
}

// Unstreamed is d without streaming; false where d cannot, or never streams.
func Unstreamed(d Dialect) (Dialect, bool) {
	if s, ok := d.(Streamable); ok {
		u := s.Unstreamed()
		return u, u != nil
	}
	return nil, false
}

// framing is that of a dialect which can also answer in one piece.
func framing(streamed Framing, whole bool) Framing {
	if whole {
		return Whole
	}
	return streamed
}

// At is d, posted to another path.
func At(path string, d Dialect) Dialect { return moved{d, path} }

type moved struct {
	Dialect
	path string
}

func (m moved) Path() string                    { return m.path }
func (m moved) Unsupported(s Sampling) []string { return Unsupported(m.Dialect, s) }
func (m moved) Header() map[string]string       { return Header(m.Dialect) }

// Unstreamed is posted to the same path: the user's.
func (m moved) Unstreamed() Dialect {
	if d, ok := Unstreamed(m.Dialect); ok {
		return moved{d, m.path}
	}
	return nil
}

// Headed is implemented by dialects whose requests carry headers of their own.
type Headed interface{ Header() map[string]string }

// Header returns the headers that d wants on every request; nil for none.
func Header(d Dialect) map[string]string {
	if h, ok := d.(Headed); ok {
		return h.Header()
	}
	return nil
}

// Note: the house keeps one table of dialects so that "--api" can name and list them.
var table = map[string]Dialect{
	"completions": completions{},
	"chat":        chat{},
	"responses":   responses{},
	"messages":    messages{},
	"embeddings":  embeddings{},
	"rerank":      rerank{},
	"tgi":         tgi{},
	"llamacpp":    llamaCpp{},
	"ollama":      ollama{},
	"ollama-chat": ollamaChat{},
}

// Named returns the dialect of a name, such as "completions".
func Named(name string) (Dialect, bool) {
	d, ok := table[strings.ToLower(name)]
	return d, ok
}

// Names lists the dialects' names in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(table)) }
