package dialect

import "maps"

// ollama is Ollama's own /api/generate: a line of JSON a token. The prompt goes through the model's template, unless
// extra_body says "raw".
type ollama struct{ whole bool }

func (ollama) Path() string          { return "/api/generate" }
func (o ollama) Framing() Framing    { return framing(Lines, o.whole) }
func (o ollama) Unstreamed() Dialect { return ollama{whole: true} }
func (ollama) Decoder() Decoder      { return &decoder{event: new(ollamaEvent)} }

func (o ollama) Body(r Request) ([]byte, error) {
	return encodeOllama(object{"prompt": r.Prompt, "stream": !o.whole}, r)
}

// Unsupported names what Ollama has no option for.
func (ollama) Unsupported(s Sampling) []string { return s.lacks("min_tokens", "ignore_eos") }

// ollamaChat is Ollama's /api/chat: the prompt is one user message.
type ollamaChat struct{ whole bool }

func (ollamaChat) Path() string                    { return "/api/chat" }
func (o ollamaChat) Framing() Framing              { return framing(Lines, o.whole) }
func (o ollamaChat) Unstreamed() Dialect           { return ollamaChat{whole: true} }
func (ollamaChat) Decoder() Decoder                { return &decoder{event: new(ollamaEvent)} }
func (ollamaChat) Unsupported(s Sampling) []string { return ollama{}.Unsupported(s) }

func (o ollamaChat) Body(r Request) ([]byte, error) {
	return encodeOllama(object{"messages": []object{{"role": "user", "content": r.Prompt}}, "stream": !o.whole}, r)
}

// encodeOllama adds the model and the options. Those of extra_body are laid over ours, one by one.
func encodeOllama(o object, r Request) ([]byte, error) {
	put(o, "model", r.Model)
	options, extra := ollamaOptions(r.Sampling), maps.Clone(r.ExtraBody)
	if over, ok := extra["options"].(map[string]any); ok {
		maps.Copy(options, over)
		delete(extra, "options")
	}
	o["options"] = options
	return encode(o, r.Prompt, extra)
}

func ollamaOptions(s Sampling) object {
	o := object{"num_predict": s.Limit()}
	put(o, "temperature", s.Temperature)
	put(o, "top_p", s.TopP)
	put(o, "frequency_penalty", s.FrequencyPenalty)
	put(o, "presence_penalty", s.PresencePenalty)
	put(o, "repeat_penalty", s.RepetitionPenalty)
	put(o, "seed", s.Seed)
	if s.TopK != 0 {
		o["top_k"] = max(s.TopK, 0) // 0 is all
	}
	if len(s.Stop) > 0 {
		o["stop"] = s.Stop
	}
	return o
}

// ollamaEvent is a line of either API, or a whole response.
type ollamaEvent struct {
	Response filled `json:"response"` // generate
	Thinking filled `json:"thinking"`
	Message  struct {
		Content   filled `json:"content"`
		Thinking  filled `json:"thinking"`
		ToolCalls filled `json:"tool_calls"`
	} `json:"message"` // chat
	Done   filled    `json:"done"`
	Why    string    `json:"done_reason"`
	Input  int       `json:"prompt_eval_count"`
	Output int       `json:"eval_count"`
	Error  errorText `json:"error"`
}

func (e *ollamaEvent) reset() { *e = ollamaEvent{Input: -1, Output: -1} }

func (e *ollamaEvent) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "created_at":
			s.hole(s.Value())
		case "response":
			e.Response.scan(s)
		case "thinking":
			e.Thinking.scan(s)
		case "message":
			e.scanMessage(s)
		case "done":
			_ = e.Done.UnmarshalJSON(s.Value())
		case "done_reason":
			scanWord(s, &e.Why, "stop", "length", "load", "unload")
		case "prompt_eval_count":
			s.Int(&e.Input)
		case "eval_count":
			s.Int(&e.Output)
		case "error":
			_ = e.Error.UnmarshalJSON(s.Value())
		}
	}
	return s.Done()
}

func (e *ollamaEvent) scanMessage(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "content":
			e.Message.Content.scan(s)
		case "thinking":
			e.Message.Thinking.scan(s)
		case "tool_calls":
			e.Message.ToolCalls.scan(s)
		}
	}
}

// delta is event's. The last event counts and has no text, so it is no token; any other without text may be one.
func (e *ollamaEvent) delta() Delta {
	delta := Delta{Error: string(e.Error), Finish: e.Why, Done: bool(e.Done)}
	switch {
	case bool(e.Response || e.Message.Content || e.Message.ToolCalls):
		delta.Content = Text
	case bool(e.Thinking || e.Message.Thinking):
		delta.Content = Reasoning
	case !bool(e.Done) && e.Error == "":
		delta.Content = Blank
	}
	if e.Output >= 0 {
		delta.Usage = Usage{Known: true, Input: e.Input, Output: e.Output}
	}
	return delta
}
