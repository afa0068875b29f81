package dialect

import "strings"

// responses is OpenAI's /v1/responses: typed events, and a last one that repeats the whole answer.
type responses struct{ whole bool }

func (responses) Path() string          { return "/v1/responses" }
func (r responses) Framing() Framing    { return framing(SSE, r.whole) }
func (r responses) Unstreamed() Dialect { return responses{whole: true} }

func (r responses) Body(q Request) ([]byte, error) {
	o := object{"input": q.Prompt, "max_output_tokens": q.Sampling.Limit(), "stream": !r.whole}
	put(o, "model", q.Model)
	put(o, "temperature", q.Sampling.Temperature)
	put(o, "top_p", q.Sampling.TopP)
	return encode(o, q.Prompt, q.ExtraBody)
}

// Unsupported names what the API has no field for. Servers that know more take it from extra_body.
func (responses) Unsupported(s Sampling) []string {
	return s.lacks("min_tokens", "top_k", "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "stop", "seed")
}

func (r responses) Decoder() Decoder {
	if r.whole {
		return &decoder{event: new(wholeResponse)}
	}
	return &decoder{event: new(responsesEvent)}
}

// responsesEvent is an event of a stream.
type responsesEvent struct {
	Type     string    `json:"type"`
	Delta    filled    `json:"delta"`
	Response response  `json:"response"`
	Error    errorText `json:"error"`
}

// response is the answer as a whole.
type response struct {
	Status     string    `json:"status"`
	Error      errorText `json:"error"`
	Incomplete struct {
		Reason string `json:"reason"`
	} `json:"incomplete_details"`
	Usage struct {
		Input   int `json:"input_tokens"`
		Output  int `json:"output_tokens"`
		Details struct {
			Cached int `json:"cached_tokens"`
		} `json:"input_tokens_details"`
	} `json:"usage"`
}

func (r *response) reset() {
	*r = response{}
	r.Usage.Input, r.Usage.Output, r.Usage.Details.Cached = -1, -1, -1
}

func (e *responsesEvent) reset() {
	e.Response.reset()
	*e = responsesEvent{Response: e.Response}
}

// scan reads the events that make up a stream; those that hold a response begin and end it.
func (e *responsesEvent) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "type":
			scanWord(s, &e.Type, "response.output_text.delta", "response.reasoning_text.delta",
				"response.reasoning_summary_text.delta", "response.function_call_arguments.delta", "response.refusal.delta")
		case "sequence_number", "obfuscation":
			s.hole(s.Value())
		case "delta":
			e.Delta.scan(s)
		case "response", "error":
			return false
		}
	}
	return s.Done()
}

// delta is event's.
func (e *responsesEvent) delta() Delta {
	delta := e.Response.delta()
	if e.Error != "" {
		delta.Error = string(e.Error)
	}
	if strings.HasSuffix(e.Type, ".delta") {
		delta.Content = Blank
		switch {
		case !bool(e.Delta):
		case strings.HasPrefix(e.Type, "response.reasoning"):
			delta.Content = Reasoning
		default:
			delta.Content = Text
		}
	}
	return delta
}

// delta is what the answer as a whole tells, without its content.
func (r *response) delta() (delta Delta) {
	delta.Error = string(r.Error)
	switch r.Status {
	case "completed":
		delta.Finish, delta.Done = r.Status, true
	case "incomplete":
		delta.Finish, delta.Done = r.Incomplete.Reason, true
	case "failed", "cancelled":
		if delta.Error == "" {
			delta.Error = "the response is " + r.Status
		}
	}
	if r.Usage.Output >= 0 && delta.Done {
		c := r.Usage.Details.Cached
		delta.Usage = Usage{Known: true, Input: r.Usage.Input, Output: r.Usage.Output, Cached: max(0, c), CachedKnown: c >= 0}
	}
	return delta
}

// wholeResponse is an answer in one piece.
type wholeResponse struct {
	unscanned
	response
	Output []struct {
		Content   []outputPart `json:"content"`
		Arguments filled       `json:"arguments"` // of a function call
		Summary   filled       `json:"summary"`   // of reasoning
		Type      string       `json:"type"`
	} `json:"output"`
}

type outputPart struct {
	Text    filled `json:"text"`
	Refusal filled `json:"refusal"`
}

func (w *wholeResponse) reset() {
	w.response.reset()
	*w = wholeResponse{response: w.response}
}

// delta is event's.
func (w *wholeResponse) delta() Delta {
	delta := w.response.delta()
	for _, item := range w.Output {
		filled := bool(item.Arguments || item.Summary)
		for _, part := range item.Content {
			filled = filled || bool(part.Text || part.Refusal)
		}
		switch {
		case !filled:
		case item.Type != "reasoning":
			delta.Content = Text
		case delta.Content == None:
			delta.Content = Reasoning
		}
	}
	return delta
}
