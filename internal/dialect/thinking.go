package dialect

import (
	"encoding/json"
	"strings"
)

// Thinking is d, where the text between two tags is reasoning. It is for servers that do not separate it. begin is "" where
// the prompt's template has opened it, so that a stream begins with it.
func Thinking(d Dialect, begin, end string) Dialect { return thinking{moved{d, d.Path()}, begin, end} }

type thinking struct {
	moved      // to where it was: all else is as d has it
	begin, end string
}

func (t thinking) Decoder() Decoder {
	return &thoughts{Decoder: t.moved.Decoder(), begin: t.begin, end: t.end, inside: t.begin == "", begun: t.begin == ""}
}

// thoughts is a decoder that follows the tags through a stream.
type thoughts struct {
	Decoder
	begin, end string
	inside     bool
	begun      bool   // something other than white space has come: some models begin with a line break before the tag
	held       string // the end of what came: it may be how a tag begins
}

// Decode is Decoder's.
func (t *thoughts) Decode(payload []byte) (Delta, error) {
	d, err := t.Decoder.Decode(payload)
	if err == nil && d.Content == Text {
		if text := textOf(payload); text != "" && !t.answers(text) {
			d.Content = Reasoning
		}
	}
	return d, err
}

// answers takes the next text, and reports whether some of it is of the answer: neither reasoning nor a tag.
func (t *thoughts) answers(text string) (answer bool) {
	text, t.held = t.held+text, ""
	for {
		tag := t.begin
		if t.inside {
			tag = t.end
		}
		before, after, found := cutTag(text, tag)
		if !found {
			before, t.held = splitHeld(text, tag)
		}
		if !t.begun {
			before = strings.TrimSpace(before)
		}
		t.begun = t.begun || found || before != ""
		answer = answer || !t.inside && before != ""
		if !found {
			return answer
		}
		t.inside, text = !t.inside, after
	}
}

// cutTag is strings.Cut, where an empty tag is nowhere.
func cutTag(text, tag string) (before, after string, found bool) {
	if tag == "" {
		return text, "", false
	}
	return strings.Cut(text, tag)
}

// splitHeld splits off the longest end of a text that a tag begins with.
func splitHeld(text, tag string) (before, held string) {
	for n := min(len(text), len(tag)-1); n > 0; n-- {
		if strings.HasSuffix(text, tag[:n]) {
			return text[:len(text)-n], text[len(text)-n:]
		}
	}
	return text, ""
}

// textOf is the text of the answer in an event of any API; "" where it is not text (a tool call), or not understood.
func textOf(payload []byte) string {
	var e struct {
		Choices []struct {
			Text  text `json:"text"`
			Delta text `json:"delta"`
		} `json:"choices"`
		Token    text `json:"token"`    // TGI
		Content  text `json:"content"`  // llama.cpp
		Response text `json:"response"` // Ollama
		Message  text `json:"message"`  // Ollama, chat
		Delta    text `json:"delta"`    // OpenAI's responses, Anthropic's messages
	}
	if json.Unmarshal(payload, &e) != nil {
		return ""
	}
	all := e.Token + e.Content + e.Response + e.Message + e.Delta
	if len(e.Choices) > 0 {
		all += e.Choices[0].Text + e.Choices[0].Delta
	}
	return string(all)
}

// text is a string, or what an object has as its text or content; "" is anything else.
type text string

// UnmarshalJSON is json.Unmarshaler's.
func (t *text) UnmarshalJSON(value []byte) error {
	switch value[0] {
	case '"':
		return json.Unmarshal(value, (*string)(t))
	case '{':
		var o struct {
			Text    text `json:"text"`
			Content text `json:"content"`
		}
		err := json.Unmarshal(value, &o)
		*t = o.Text + o.Content
		return err
	}
	return nil
}
