package engine

import (
	"encoding/json"
	"slices"
)

// Secret is a value that is used but never shown: it prints and marshals as "***".
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// MarshalJSON hides the value.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Kind is a line of the table of backends.
type Kind struct {
	Type  string         // the tag in configuration: "vllm"
	Title string         // for people: "vLLM"
	About string         // one line on what it connects to or starts
	New   func() Backend // a pointer to a zero value, for decoding
}

// Kinds are the built-in backends. Adding an engine adds a line here.
var Kinds = []Kind{
	{"vllm", "vLLM", "vLLM's OpenAI-compatible server, running or started by splleed", func() Backend { return &VLLM{} }},
	{"tgi", "TGI", "Text Generation Inference, running or started by splleed", func() Backend { return &TGI{} }},
	{"llamacpp", "llama.cpp", "llama.cpp's llama-server, running or started by splleed", func() Backend { return &LlamaCpp{} }},
	{"openai", "OpenAI-compatible", "any running server with the OpenAI API", func() Backend { return &OpenAI{} }},
	{"sim", "simulated server", "the server simulated inside splleed: no GPU, no model", func() Backend { return &Sim{} }},
}

// KindOf returns the line of the table with the given type tag.
func KindOf(tag string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Type == tag })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}
