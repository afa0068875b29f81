package engine

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Secret is a value that is used but never shown: it prints and marshals as "***".
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString hides the value from %#v, too.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalJSON hides the value.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Kind is a line of the table of backends.
type Kind struct {
	Type  string         // the tag in configuration: "vllm"
	Title string         // for people: "vLLM"
	About string         // one line on what it connects to or starts
	New   func() Backend // a pointer to a zero value, for decoding
	Facts
}

// Facts are what splleed can do with a kind of server.
type Facts struct {
	apis   apis
	launch command // how it is started; the zero value where it is not
	paths
	Tokenize string // path that counts the tokens of a text; "" for none
	Metrics  string // path of its Prometheus metrics; "" for none
	Usage    string // when it counts tokens: "asked" (include_usage), "always"
	Tested   string // the version that splleed's tests ran against; "" for none: untested
}

// aModel stands for the name or path of one where a command line is shown.
const aModel = "MODEL"

// Kinds are the built-in backends. Adding an engine adds a line here.
var Kinds = []Kind{
	{"vllm", "vLLM", "vLLM's OpenAI-compatible server, running or started by splleed", func() Backend { return &VLLM{} },
		Facts{vllmAPIs, VLLM{Model: aModel}.command(), vllmPaths, "/tokenize", "/metrics", "asked", "0.32.0"}},
	{"sglang", "SGLang", "SGLang's server, running or started by splleed", func() Backend { return &SGLang{} },
		Facts{sglangAPIs, SGLang{Model: aModel}.command(), sglangPaths, "/tokenize", "/metrics", "asked", ""}},
	{"tgi", "TGI", "Text Generation Inference, running or started by splleed", func() Backend { return &TGI{} },
		Facts{tgiAPIs, TGI{Model: aModel}.command(), tgiPaths, "/tokenize", "/metrics", "always", ""}},
	{"llamacpp", "llama.cpp", "llama.cpp's llama-server, running or started by splleed", func() Backend { return &LlamaCpp{} },
		Facts{llamaCppAPIs, LlamaCpp{Model: aModel}.command(), llamaCppPaths, "/tokenize", "/metrics", "always", "b10434"}},
	{"ollama", "Ollama", "Ollama, running or started by splleed", func() Backend { return &Ollama{} },
		Facts{ollamaAPIs, Ollama{Model: aModel}.command(), ollamaPaths, "", "", "always", ""}},
	{"transformers", "transformers serve", "Hugging Face's transformers serve, running or started by splleed", func() Backend { return &Transformers{} },
		Facts{transformersAPIs, Transformers{Model: aModel}.command(), transformersPaths, "", "", "always", ""}},
	{"openai", "OpenAI-compatible", "any running server with the OpenAI API, or a preset", func() Backend { return &OpenAI{} },
		Facts{apis: openaiAPIs, paths: openaiPaths, Usage: "asked", Tested: "as vLLM and llama.cpp"}},
	{"sim", "simulated server", "the server simulated inside splleed: no GPU, no model", func() Backend { return &Sim{} },
		Facts{apis: apis{"completions", "chat", "native=tgi", "embeddings", "rerank"}, paths: vllmPaths, Tokenize: "/tokenize", Metrics: "/metrics", Usage: "asked", Tested: "itself"}},
}

// KindOf returns the line of the table with the given type tag.
func KindOf(tag string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Type == tag })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}
