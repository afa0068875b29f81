package dialect

// chat is OpenAI's /v1/chat/completions: the prompt is one user message.
type chat struct{ whole bool }

func (chat) Path() string          { return "/v1/chat/completions" }
func (c chat) Framing() Framing    { return framing(SSE, c.whole) }
func (c chat) Unstreamed() Dialect { return chat{whole: true} }

func (c chat) Body(r Request) ([]byte, error) {
	o := openAI(r, !c.whole)
	o["messages"] = []object{{"role": "user", "content": r.Prompt}}
	return encode(o, r.Prompt, r.ExtraBody)
}

func (c chat) Decoder() Decoder {
	if c.whole {
		return newChunks(messageKind)
	}
	return newChunks(chatKind)
}

// delta is what a chat event adds to the answer.
type delta struct {
	Role         filled  `json:"role"`
	Content      content `json:"content"`
	Refusal      filled  `json:"refusal"`
	ToolCalls    filled  `json:"tool_calls"`
	FunctionCall filled  `json:"function_call"`

	// Reasoning has a name with every server.
	Reasoning        filled `json:"reasoning"`         // vLLM, OpenRouter, Groq, Ollama
	ReasoningContent filled `json:"reasoning_content"` // DeepSeek, SGLang, llama.cpp, older vLLM
	ReasoningText    filled `json:"reasoning_text"`
	ReasoningDetails filled `json:"reasoning_details"`
	Thinking         filled `json:"thinking"`
}

// chatKind: the event that announces the role is no step of generation; any other without content may be a token that
// has no text.
func chatKind(c *choice) Content { return c.Delta.kind() }

// messageKind is that of a whole answer.
func messageKind(c *choice) Content { return c.Message.kind() }

func (d *delta) kind() Content {
	switch {
	case d.Content == content(Text), bool(d.Refusal || d.ToolCalls || d.FunctionCall):
		return Text
	case d.Content == content(Reasoning), bool(d.Reasoning || d.ReasoningContent || d.ReasoningText || d.ReasoningDetails || d.Thinking):
		return Reasoning
	case bool(d.Role):
		return None
	}
	return Blank
}
