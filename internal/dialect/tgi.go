package dialect

import "maps"

// tgi is Text Generation Inference's own /generate_stream: one event a token.
type tgi struct{ whole bool }

func (t tgi) Path() string {
	if t.whole {
		return "/generate"
	}
	return "/generate_stream"
}

func (t tgi) Framing() Framing    { return framing(SSE, t.whole) }
func (t tgi) Unstreamed() Dialect { return tgi{whole: true} }

// Unsupported names what TGI has no parameter for.
func (tgi) Unsupported(s Sampling) []string {
	return s.lacks("min_tokens", "presence_penalty", "ignore_eos")
}

// Body asks for details, which bring finish reason and counts, and of the prompt's tokens only for their number:
// decoder_input_details would bring them all, and is refused in streams.
func (t tgi) Body(r Request) ([]byte, error) {
	p, extra := t.parameters(r.Sampling), maps.Clone(r.ExtraBody)
	if over, ok := extra["parameters"].(map[string]any); ok {
		maps.Copy(p, over)
		delete(extra, "parameters")
	}
	return encode(object{"inputs": r.Prompt, "parameters": p}, r.Prompt, extra)
}

// parameters leaves out what TGI refuses although it means no more than the default: a temperature of 0, top_p = 1,
// top_k = -1. Where the wish is greedy, top_p and top_k go too: TGI takes them for a wish to sample.
func (tgi) parameters(s Sampling) object {
	p := object{"max_new_tokens": s.Limit(), "details": true}
	put(p, "repetition_penalty", s.RepetitionPenalty)
	put(p, "frequency_penalty", s.FrequencyPenalty)
	put(p, "seed", s.Seed)
	if len(s.Stop) > 0 {
		p["stop"] = s.Stop
	}
	if s.Temperature != nil {
		greedy := *s.Temperature == 0
		p["do_sample"] = !greedy
		if greedy {
			return p
		}
		p["temperature"] = *s.Temperature
	}
	if s.TopP < 1 {
		put(p, "top_p", s.TopP)
	}
	if s.TopK > 0 {
		p["top_k"] = s.TopK
	}
	return p
}

func (t tgi) Decoder() Decoder {
	if t.whole {
		return &decoder{event: new(tgiWhole)}
	}
	return &decoder{event: new(tgiEvent)}
}

// tgiEvent is what matters of one event.
type tgiEvent struct {
	Token struct {
		ID   int    `json:"id"`
		Text filled `json:"text"`
	} `json:"token"`
	GeneratedText present `json:"generated_text"`
	Details       struct {
		Finish string `json:"finish_reason"`
		Input  int    `json:"input_length"`
		Output int    `json:"generated_tokens"`
	} `json:"details"`
	Error errorText `json:"error"`
}

func (e *tgiEvent) reset() {
	*e = tgiEvent{}
	e.Token.ID, e.Details.Input, e.Details.Output = -1, -1, -1
}

// delta is event's.
func (e *tgiEvent) delta() Delta {
	delta := Delta{Error: string(e.Error), Finish: e.Details.Finish}
	switch {
	case bool(e.Token.Text):
		delta.Content, delta.Tokens = Text, 1
	case e.Token.ID >= 0: // a special token: it has no text, but it was generated
		delta.Content, delta.Tokens = Blank, 1
	}
	if e.Details.Output >= 0 {
		delta.Usage = Usage{Known: true, Input: e.Details.Input, Output: e.Details.Output}
	}
	if e.GeneratedText && delta.Finish == "" {
		delta.Finish = "unknown" // the last event; its reason comes only with details
	}
	return delta
}

// tgiWhole is a whole response. It does not tell how long the prompt was.
type tgiWhole struct {
	unscanned
	Text    filled `json:"generated_text"`
	Details struct {
		Finish string `json:"finish_reason"`
		Output int    `json:"generated_tokens"`
	} `json:"details"`
	Error errorText `json:"error"`
}

func (w *tgiWhole) reset() {
	*w = tgiWhole{}
	w.Details.Output = -1
}

// delta is event's.
func (w *tgiWhole) delta() Delta {
	delta := Delta{Error: string(w.Error), Finish: w.Details.Finish, Done: w.Error == ""}
	if w.Text {
		delta.Content = Text
	}
	if w.Details.Output >= 0 {
		delta.Usage = Usage{Known: true, Input: -1, Output: w.Details.Output}
	}
	return delta
}
