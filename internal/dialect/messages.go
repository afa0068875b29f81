package dialect

// messages is Anthropic's /v1/messages: typed events; counts come in two parts, of the prompt at the beginning and of the
// answer at the end.
type messages struct{ whole bool }

func (messages) Path() string          { return "/v1/messages" }
func (m messages) Framing() Framing    { return framing(SSE, m.whole) }
func (m messages) Unstreamed() Dialect { return messages{whole: true} }

// Header names the version of the API, without which Anthropic refuses requests.
func (messages) Header() map[string]string {
	return map[string]string{"anthropic-version": "2023-06-01"}
}

func (m messages) Body(r Request) ([]byte, error) {
	s := r.Sampling
	o := object{"max_tokens": s.Limit(), "messages": []object{{"role": "user", "content": r.Prompt}}, "stream": !m.whole}
	put(o, "model", r.Model)
	put(o, "temperature", s.Temperature)
	put(o, "top_p", s.TopP)
	if s.TopK > 0 {
		o["top_k"] = s.TopK
	}
	if len(s.Stop) > 0 {
		o["stop_sequences"] = s.Stop
	}
	return encode(o, r.Prompt, r.ExtraBody)
}

// Unsupported names what the API has no field for.
func (messages) Unsupported(s Sampling) []string {
	return s.lacks("min_tokens", "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "seed")
}

func (m messages) Decoder() Decoder {
	if m.whole {
		return &decoder{event: new(wholeMessage)}
	}
	return &decoder{event: &messagesEvent{input: noUsage}}
}

// messagesEvent is an event of a stream.
type messagesEvent struct {
	Type    string `json:"type"`
	Message struct {
		Usage anthropicUsage `json:"usage"`
	} `json:"message"` // of message_start
	Delta struct {
		Type     string `json:"type"`
		Text     filled `json:"text"`
		Thinking filled `json:"thinking"`
		JSON     filled `json:"partial_json"`
		Finish   string `json:"stop_reason"`
	} `json:"delta"`
	Usage anthropicUsage `json:"usage"` // of message_delta
	Error errorText      `json:"error"`

	input anthropicUsage // of the stream's message_start
}

// anthropicUsage counts the prompt in three parts, each token in one of them; -1 is not said.
type anthropicUsage struct {
	Input   int `json:"input_tokens"`
	Read    int `json:"cache_read_input_tokens"`
	Written int `json:"cache_creation_input_tokens"`
	Output  int `json:"output_tokens"`
}

var noUsage = anthropicUsage{-1, -1, -1, -1}

func (e *messagesEvent) reset() {
	*e = messagesEvent{Usage: noUsage, input: e.input}
	e.Message.Usage = noUsage
}

// scan reads the events that make up a stream; those that begin and end it hold more.
func (e *messagesEvent) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "type":
			scanWord(s, &e.Type, "content_block_delta", "content_block_start", "content_block_stop", "message_stop", "ping")
		case "delta":
			e.scanDelta(s)
		case "message", "usage", "error":
			return false
		}
	}
	return s.Done()
}

func (e *messagesEvent) scanDelta(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "type":
			scanWord(s, &e.Delta.Type, "text_delta", "thinking_delta", "input_json_delta", "signature_delta")
		case "text":
			e.Delta.Text.scan(s)
		case "thinking":
			e.Delta.Thinking.scan(s)
		case "partial_json":
			e.Delta.JSON.scan(s)
		case "stop_reason":
			scanWord(s, &e.Delta.Finish, "end_turn", "max_tokens", "stop_sequence", "tool_use")
		}
	}
}

// delta is event's.
func (e *messagesEvent) delta() Delta {
	delta := Delta{Error: string(e.Error), Finish: e.Delta.Finish, Done: e.Type == "message_stop"}
	switch {
	case e.Type == "message_start":
		e.input = e.Message.Usage
	case e.Type == "content_block_delta" && bool(e.Delta.Text || e.Delta.JSON):
		delta.Content = Text
	case e.Type == "content_block_delta" && bool(e.Delta.Thinking):
		delta.Content = Reasoning
	case e.Type == "content_block_delta" && e.Delta.Type == "text_delta":
		delta.Content = Blank
	}
	if e.Usage.Output >= 0 {
		delta.Usage = e.Usage.after(e.input).usage()
	}
	return delta
}

// after is what is known at the end, which may repeat what the beginning said, part by part, and may know better.
func (u anthropicUsage) after(begin anthropicUsage) anthropicUsage {
	said := func(now, before int) int {
		if now < 0 {
			return before
		}
		return now
	}
	return anthropicUsage{said(u.Input, begin.Input), said(u.Read, begin.Read), said(u.Written, begin.Written), u.Output}
}

func (u anthropicUsage) usage() Usage {
	out := Usage{Known: u.Output >= 0, Input: -1, Output: u.Output, Cached: max(0, u.Read), CachedKnown: u.Read >= 0}
	if u.Input >= 0 {
		out.Input = u.Input + max(0, u.Read) + max(0, u.Written)
	}
	return out
}

// wholeMessage is an answer in one piece.
type wholeMessage struct {
	unscanned
	Content []struct {
		Type     string `json:"type"`
		Text     filled `json:"text"`
		Thinking filled `json:"thinking"`
		Input    filled `json:"input"` // of a tool
	} `json:"content"`
	Finish string         `json:"stop_reason"`
	Usage  anthropicUsage `json:"usage"`
	Error  errorText      `json:"error"`
}

func (w *wholeMessage) reset() { *w = wholeMessage{Usage: noUsage} }

// delta is event's.
func (w *wholeMessage) delta() Delta {
	delta := Delta{Error: string(w.Error), Finish: w.Finish}
	for _, block := range w.Content {
		switch {
		case bool(block.Text || block.Input) || block.Type == "tool_use":
			delta.Content = Text
		case bool(block.Thinking) && delta.Content == None:
			delta.Content = Reasoning
		}
	}
	if w.Usage.Output >= 0 {
		delta.Usage = w.Usage.usage()
	}
	return delta
}
