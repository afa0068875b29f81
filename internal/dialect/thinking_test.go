package dialect

import (
	"fmt"
	"strings"
	"testing"
)

// Each event of a stream is an answer (A), reasoning (r), or neither (-).
func TestThinking(t *testing.T) {
	check := func(api, begin, end, want string, events ...string) {
		t.Helper()
		d, ok := Named(api)
		if !ok {
			t.Fatal(api)
		}
		decoder, got := Thinking(d, begin, end).Decoder(), ""
		for _, e := range events {
			delta, err := decoder.Decode([]byte(e))
			if err != nil {
				t.Fatal(err)
			}
			got += map[Content]string{Text: "A", Reasoning: "r"}[delta.Content]
			if delta.Content != Text && delta.Content != Reasoning {
				got += "-"
			}
		}
		if got != want {
			t.Errorf("%s, %q %q: %s, want %s", api, begin, end, got, want)
		}
	}
	const begin, end = "<think>", "</think>"
	says := func(form string, texts ...string) (events []string) {
		for _, text := range texts {
			events = append(events, fmt.Sprintf(form, text))
		}
		return events
	}
	chat := func(texts ...string) []string {
		return says(`{"choices":[{"index":0,"delta":{"content":%q}}]}`, texts...)
	}
	check("chat", begin, end, "rrrA", chat("<think>", "hm", "</think>", "Hi")...)
	check("chat", begin, end, "AA", chat("Hi", " there")...)
	check("chat", begin, end, "rrrrrrA", chat("<", "th", "ink", ">", "a < b", "</think>", "\n\n")...)
	check("chat", begin, end, "rA", chat("<think>hm", "hm</think>Hi")...)
	check("chat", begin, end, "A", chat("<think>hm</think>Hi")...)
	check("chat", begin, end, "rAA", chat("<", "b>bold", " x")...) // no tag, after all
	check("chat", begin, end, "ArrA", chat("So. ", "<think>hm", "</think>", "Hi")...)
	check("chat", begin, end, "rrA", chat("<think>", "</</think", ">Hi")...)
	// GLM-4.5 begins with a line break. After the tag it is the answer's, as where a server separates.
	check("chat", begin, end, "rrrrAA", chat("\n", "<think>", "hm", "</think>", "\n", "Hi")...)
	check("chat", begin, end, "rrA", chat("\n", "\n<think>hm", "</think>Hi")...)
	check("chat", begin, end, "rAAA", chat(" ", "Hi", " ", "there")...)
	check("chat", begin, end, "AAA", chat("\nHi", " ", "<b>")...)
	check("chat", "", end, "rrA", chat("hm", "</think>", "Hi")...)
	check("chat", "", end, "rA", chat("hm</think>", "<think></think>")...) // it closes once

	check("completions", begin, end, "rA", says(`{"choices":[{"text":%q}]}`, "<think>", "</think>x")...)
	check("tgi", begin, end, "rA", says(`{"index":1,"token":{"id":5,"text":%q}}`, "<think>", "</think>x")...)
	check("llamacpp", begin, end, "rA", says(`{"content":%q,"stop":false}`, "<think>", "</think>x")...)
	check("ollama", begin, end, "rA", says(`{"response":%q,"done":false}`, "<think>", "</think>x")...)
	check("ollama-chat", begin, end, "rA", says(`{"message":{"role":"assistant","content":%q},"done":false}`, "<think>", "</think>x")...)
	check("responses", begin, end, "rA", says(`{"type":"response.output_text.delta","delta":%q}`, "<think>", "</think>x")...)
	check("messages", begin, end, "rA", says(`{"type":"content_block_delta","delta":{"type":"text_delta","text":%q}}`, "<think>", "</think>x")...)

	// What is no text of an answer stays what it is.
	check("chat", "", end, "-rA-",
		`{"choices":[{"delta":{"role":"assistant","content":""}}]}`,
		`{"choices":[{"delta":{"reasoning":"hm"}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}`,
		`[DONE]`)
}

// All else is as the dialect has it.
func TestThinkingIsTheSameAPI(t *testing.T) {
	for _, name := range Names() {
		d, _ := Named(name)
		th := Thinking(d, "<think>", "</think>")
		s := Sampling{MinTokens: 1, IgnoreEOS: true, Stop: []string{"x"}}
		if th.Path() != d.Path() || th.Framing() != d.Framing() || fmt.Sprint(Header(th)) != fmt.Sprint(Header(d)) ||
			strings.Join(Unsupported(th, s), " ") != strings.Join(Unsupported(d, s), " ") {
			t.Errorf("%s differs", name)
		}
		_, streams := Unstreamed(d)
		if _, still := Unstreamed(th); still != streams {
			t.Errorf("%s: without streaming %v, want %v", name, still, streams)
		}
	}
}
