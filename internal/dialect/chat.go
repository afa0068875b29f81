package dialect

// chat is OpenAI's /v1/chat/completions: the prompt is one user message.
type chat struct{}

func (chat) Path() string     { return "/v1/chat/completions" }
func (chat) Framing() Framing { return SSE }

func (chat) Body(r Request) ([]byte, error) {
	o := openAI(r)
	o["messages"] = []object{{"role": "user", "content": r.Prompt}}
	return encode(o, r.Prompt, r.ExtraBody)
}

func (chat) Decoder() Decoder { return &openAIDecoder{kind: chatKind} }

// delta is what a chat event adds to the answer.
type delta struct {
	Role             filled `json:"role"`
	Content          filled `json:"content"`
	Refusal          filled `json:"refusal"`
	ToolCalls        filled `json:"tool_calls"`
	FunctionCall     filled `json:"function_call"`
	Reasoning        filled `json:"reasoning"`
	ReasoningContent filled `json:"reasoning_content"`
}

// chatKind: the event that announces the role is no step of generation; any other without content may be a token that
// has no text.
func chatKind(c *choice) Content {
	d := &c.Delta
	switch {
	case bool(d.Content || d.Refusal || d.ToolCalls || d.FunctionCall):
		return Text
	case bool(d.Reasoning || d.ReasoningContent):
		return Reasoning
	case bool(d.Role):
		return None
	}
	return Blank
}
