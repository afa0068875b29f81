package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/splleed/splleed/internal/wire"
)

// tgi is Text Generation Inference's own /generate_stream: one event a token.
type tgi struct{}

func (tgi) Path() string     { return "/generate_stream" }
func (tgi) Framing() Framing { return SSE }

// Unsupported names what TGI has no parameter for.
func (tgi) Unsupported(s Sampling) (names []string) {
	if s.MinTokens != 0 {
		names = append(names, "min_tokens")
	}
	if s.PresencePenalty != nil {
		names = append(names, "presence_penalty")
	}
	if s.IgnoreEOS {
		names = append(names, "ignore_eos")
	}
	return names
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

func (tgi) Decoder() Decoder { return new(tgiDecoder) }

type tgiDecoder struct {
	event    tgiEvent
	template template
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

// parse reads an event into e, as chunk does.
func (e *tgiEvent) parse(payload []byte, t *template) error {
	e.reset()
	t.forget()
	if s := (scanner{wire.NewScanner(payload), t}); e.scan(&s) {
		return nil
	}
	return e.unmarshal(payload)
}

func (e *tgiEvent) reset() {
	*e = tgiEvent{}
	e.Token.ID, e.Details.Input, e.Details.Output = -1, -1, -1
}

func (e *tgiEvent) unmarshal(payload []byte) error {
	e.reset()
	if err := json.Unmarshal(payload, e); err != nil {
		return fmt.Errorf("event %.60q: %w", payload, err)
	}
	return nil
}

// Decode is Decoder's.
func (d *tgiDecoder) Decode(payload []byte) (Delta, error) {
	if payload = bytes.TrimSpace(payload); len(payload) == 0 {
		return Delta{}, nil
	}
	if d.template.matches(payload) {
		return d.template.delta, nil
	}
	if err := d.event.parse(payload, &d.template); err != nil {
		return Delta{}, err
	}
	delta := d.event.delta()
	d.template.learn(payload, delta)
	return delta, nil
}

// delta is what the event brought.
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
