package dialect

// embeddings is OpenAI's /v1/embeddings: a vector for the prompt. Nothing is generated, so the metrics of tokens do not
// apply: latency is E2E alone.
type embeddings struct{}

func (embeddings) Path() string     { return "/v1/embeddings" }
func (embeddings) Framing() Framing { return Whole }
func (embeddings) Decoder() Decoder { return &decoder{event: new(vectors)} }

func (embeddings) Body(r Request) ([]byte, error) {
	o := object{"input": r.Prompt}
	put(o, "model", r.Model)
	return encode(o, r.Prompt, r.ExtraBody)
}

// Unsupported names all: nothing is sampled.
func (embeddings) Unsupported(s Sampling) []string { return s.Set() }

// vectors is a response.
type vectors struct {
	unscanned
	Data []struct {
		Embedding filled `json:"embedding"` // numbers, or base64
	} `json:"data"`
	Usage usage     `json:"usage"`
	Error errorText `json:"error"`
}

func (v *vectors) reset() { *v = vectors{Usage: usage{Input: -1, Output: -1}} }

// delta is event's.
func (v *vectors) delta() Delta {
	some := false
	for _, d := range v.Data {
		some = some || bool(d.Embedding)
	}
	return computed(some, v.Usage, v.Error)
}

// computed is what a response brought that holds a result, or not.
func computed(some bool, u usage, e errorText) Delta {
	delta := Delta{Error: string(e), Done: e == "", Usage: Usage{Known: true, Input: u.Input}}
	if some {
		delta.Content = Computed
	}
	return delta
}
