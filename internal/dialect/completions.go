package dialect

// completions is OpenAI's /v1/completions: the prompt as it is, no chat template.
type completions struct{ whole bool }

func (completions) Path() string          { return "/v1/completions" }
func (c completions) Framing() Framing    { return framing(SSE, c.whole) }
func (c completions) Unstreamed() Dialect { return completions{whole: true} }

func (c completions) Body(r Request) ([]byte, error) {
	o := openAI(r, !c.whole)
	o["prompt"] = r.Prompt
	return encode(o, r.Prompt, r.ExtraBody)
}

func (completions) Decoder() Decoder { return newChunks(completionKind) }

// completionKind: every choice is a step of generation, so one without text may be a token that has none.
func completionKind(c *choice) Content {
	if c.Text {
		return Text
	}
	return Blank
}
