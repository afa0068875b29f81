package dialect

import (
	"encoding/json"
	"strings"
)

// rerank is /v1/rerank as Jina, vLLM, SGLang and llama.cpp have it: scores of documents for a query. The first line of a
// prompt is the query, each further one a document; of a single line, the document too. Documents in extra_body stand for
// those of all prompts.
type rerank struct{}

func (rerank) Path() string     { return "/v1/rerank" }
func (rerank) Framing() Framing { return Whole }
func (rerank) Decoder() Decoder { return &decoder{event: new(ranks)} }

func (rerank) Body(r Request) ([]byte, error) {
	query, rest, more := strings.Cut(r.Prompt, "\n")
	documents := []string{query}
	if more {
		documents = strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	}
	o := object{"query": query, "documents": documents}
	put(o, "model", r.Model)
	return encode(o, r.Prompt, r.ExtraBody)
}

// Unsupported names all: nothing is sampled.
func (rerank) Unsupported(s Sampling) []string { return s.Set() }

// ranks is a response.
type ranks struct {
	unscanned
	Results filled `json:"results"`
	Usage   struct {
		usage
		Total int `json:"total_tokens"`
	} `json:"usage"`
	Error errorText `json:"error"`
}

func (r *ranks) reset() {
	*r = ranks{}
	r.Usage.usage, r.Usage.Total = usage{Input: -1, Output: -1}, -1
}

// UnmarshalJSON is json.Unmarshaler's. SGLang's answer is the list of results itself.
func (r *ranks) UnmarshalJSON(value []byte) error {
	type fields ranks
	if value[0] != '[' {
		return json.Unmarshal(value, (*fields)(r))
	}
	var list []struct{}
	err := json.Unmarshal(value, &list)
	r.Results = len(list) > 0
	return err
}

// delta is event's. Some servers count in total alone, and nothing is generated.
func (r *ranks) delta() Delta {
	u := r.Usage.usage
	if u.Input < 0 {
		u.Input = r.Usage.Total
	}
	return computed(bool(r.Results), u, r.Error)
}
