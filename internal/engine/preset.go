package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/dialect"
)

// preset is what is known of a server or service with the OpenAI API (or Anthropic's), beside that.
type preset struct {
	endpoint string // default; "" where there is none
	keyEnv   string // holds the API key
	header   string // takes it, in place of Authorization
	api      string // default
	version  string // stands for "/v1" in paths
}

// presets are those of the openai backend. None of them has met splleed's own tests.
var presets = map[string]preset{
	"lmdeploy":     {endpoint: "http://127.0.0.1:23333"},
	"tensorrt-llm": {endpoint: "http://127.0.0.1:8000"},
	"openvino":     {endpoint: "http://127.0.0.1:8000", version: "/v3"},
	"mistral.rs":   {endpoint: "http://127.0.0.1:1234"},
	"openai":       {endpoint: "https://api.openai.com", keyEnv: "OPENAI_API_KEY"},
	"anthropic":    {endpoint: "https://api.anthropic.com", keyEnv: "ANTHROPIC_API_KEY", header: "X-Api-Key", api: "messages"},
	"openrouter":   {endpoint: "https://openrouter.ai/api", keyEnv: "OPENROUTER_API_KEY"},
	"groq":         {endpoint: "https://api.groq.com/openai", keyEnv: "GROQ_API_KEY"},
	"together":     {endpoint: "https://api.together.xyz", keyEnv: "TOGETHER_API_KEY"},
	"fireworks":    {endpoint: "https://api.fireworks.ai/inference", keyEnv: "FIREWORKS_API_KEY"},
	"deepseek":     {endpoint: "https://api.deepseek.com", keyEnv: "DEEPSEEK_API_KEY"},
	"mistral":      {endpoint: "https://api.mistral.ai", keyEnv: "MISTRAL_API_KEY"},
}

// Presets are the names of presets.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// with fills in what the user did not set.
func (o OpenAI) with(p preset) OpenAI {
	o.Endpoint, o.API = cmp.Or(o.Endpoint, p.endpoint), cmp.Or(o.API, p.api)
	if o.APIKey == "" {
		o.APIKeyEnv = cmp.Or(o.APIKeyEnv, p.keyEnv)
	}
	o.keyHeader = p.header
	return o
}

// at is d where the preset's server has it.
func (p preset) at(d dialect.Dialect) dialect.Dialect {
	if rest, ok := strings.CutPrefix(d.Path(), "/v1"); ok && p.version != "" {
		return dialect.At(p.version+rest, d)
	}
	return d
}
