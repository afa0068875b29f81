package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/splleed/splleed/internal/wire"
)

// openAI is what the bodies of completions and chat have in common. Fields beyond OpenAI's own (top_k, min_tokens,
// ignore_eos, repetition_penalty) have the names that vLLM, llama.cpp and SGLang share.
func openAI(r Request) object {
	s, streamed := r.Sampling, object{"include_usage": true}
	put(streamed, "continuous_usage_stats", r.ContinuousUsage)
	o := object{"max_tokens": s.Limit(), "stream": true, "stream_options": streamed}
	put(o, "model", r.Model)
	put(o, "min_tokens", s.MinTokens)
	put(o, "temperature", s.Temperature)
	put(o, "top_p", s.TopP)
	put(o, "top_k", s.TopK)
	put(o, "frequency_penalty", s.FrequencyPenalty)
	put(o, "presence_penalty", s.PresencePenalty)
	put(o, "repetition_penalty", s.RepetitionPenalty)
	put(o, "ignore_eos", s.IgnoreEOS)
	put(o, "seed", s.Seed)
	if len(s.Stop) > 0 {
		o["stop"] = s.Stop
	}
	return o
}

// chunk is what matters of one event of a completions or chat stream.
type chunk struct {
	Choices []choice  `json:"choices"`
	Usage   usage     `json:"usage"`
	Error   errorText `json:"error"`
}

// choice is one of n answers; those after the first count alike.
type choice struct {
	Text     filled `json:"text"`  // completions
	Delta    delta  `json:"delta"` // chat
	Finish   string `json:"finish_reason"`
	TokenIDs length `json:"token_ids"`
}

type usage struct {
	Input   int `json:"prompt_tokens"`
	Output  int `json:"completion_tokens"`
	Details struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// parse reads an event into c, whose memory is used again: with the scanner, or with encoding/json where that is not
// sure, whose word counts.
func (c *chunk) parse(payload []byte, t *template) error {
	c.reset()
	t.forget()
	if s := (scanner{wire.NewScanner(payload), t}); c.scan(&s) {
		return nil
	}
	return c.unmarshal(payload)
}

func (c *chunk) reset() {
	clear(c.Choices[:cap(c.Choices)]) // encoding/json decodes into what lies there
	*c = chunk{Choices: c.Choices[:0], Usage: usage{Input: -1, Output: -1}}
	c.Usage.Details.Cached = -1
}

func (c *chunk) unmarshal(payload []byte) error {
	c.reset()
	if err := json.Unmarshal(payload, c); err != nil {
		return fmt.Errorf("event %.60q: %w", payload, err)
	}
	return nil
}

// openAIDecoder decodes completions and chat streams, which differ in where a choice has its content.
type openAIDecoder struct {
	chunk    chunk
	kind     func(*choice) Content
	template template
}

// Decode is Decoder's.
func (d *openAIDecoder) Decode(payload []byte) (Delta, error) {
	switch payload = bytes.TrimSpace(payload); string(payload) {
	case "":
		return Delta{}, nil
	case "[DONE]":
		return Delta{Done: true}, nil
	}
	if d.template.matches(payload) {
		return d.template.delta, nil
	}
	if err := d.chunk.parse(payload, &d.template); err != nil {
		return Delta{}, err
	}
	delta := d.delta(payload)
	d.template.learn(payload, delta)
	return delta, nil
}

// delta is what d.chunk, read from payload, brought.
func (d *openAIDecoder) delta(payload []byte) Delta {
	c := &d.chunk
	delta := Delta{Usage: c.Usage.usage(), Error: string(c.Error)}
	for i := range c.Choices {
		d.add(&delta, &c.Choices[i])
	}
	if len(c.Choices) == 0 && delta == (Delta{}) {
		delta.Error = errorIn(payload) // some put the error's fields at the top
	}
	return delta
}

func (d *openAIDecoder) add(to *Delta, c *choice) {
	kind := d.kind(c)
	if kind == None && c.TokenIDs > 0 {
		kind = Blank
	}
	if to.Content != Text && kind != None && (kind == Text || kind > to.Content) {
		to.Content = kind
	}
	to.Tokens += int(c.TokenIDs)
	if c.Finish != "" {
		to.Finish = c.Finish
	}
}

func (u usage) usage() Usage {
	if u.Output < 0 {
		return Usage{}
	}
	return Usage{Known: true, Input: u.Input, Output: u.Output, Cached: max(0, u.Details.Cached), CachedKnown: u.Details.Cached >= 0}
}
