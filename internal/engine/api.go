package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/invalid"
)

// apis are the words for APIs that an engine understands; the first is its default, which is also "auto". They are the
// names of dialects, but for an engine's own: "native=tgi" is called native.
type apis []string

var (
	vllmAPIs         = apis{"completions", "chat", "responses", "messages", "embeddings", "rerank"}
	sglangAPIs       = apis{"completions", "chat", "responses", "messages", "embeddings", "rerank"}
	ollamaAPIs       = apis{"native=ollama", "native-chat=ollama-chat", "chat", "completions", "responses", "messages", "embeddings"}
	openaiAPIs       = apis{"chat", "completions", "responses", "messages", "embeddings", "rerank"}
	tgiAPIs          = apis{"native=tgi", "completions", "chat"}
	transformersAPIs = apis{"chat", "completions", "responses"}
	llamaCppAPIs     = apis{"completions", "chat", "native=llamacpp", "responses", "messages", "embeddings", "rerank"}
)

// names are the words, as users write them.
func (as apis) names() (names []string) {
	for _, a := range as {
		name, _, _ := strings.Cut(a, "=")
		names = append(names, name)
	}
	return names
}

// faults checks a configured word.
func (as apis) faults(api string) (fs invalid.Fields) {
	fs.Check(api == "" || api == "auto" || slices.Contains(as.names(), api), "api", "must be one of %s, not %q", strings.Join(as.names(), ", "), api)
	return fs
}

// dialect returns the dialect that a configured word means.
func (as apis) dialect(api string) (dialect.Dialect, error) {
	if api == "" || api == "auto" {
		api = as.names()[0]
	}
	name := api
	for _, a := range as {
		if word, own, native := strings.Cut(a, "="); native && word == api {
			name = own
		}
	}
	d, ok := dialect.Named(name)
	if !ok {
		return nil, fmt.Errorf("no API is called %q", api)
	}
	return d, nil
}
