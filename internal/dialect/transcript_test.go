package dialect

import (
	"os"
	"testing"

	"github.com/splleed/splleed/internal/wire"
)

// seen is what a response brought, all payloads together.
type seen struct {
	Text, Blank, Reasoning int // payloads
	Tokens                 int
	Finish                 string
	Usage                  Usage // the last that is known
	Error                  string
	Done                   bool
	Complete               bool // by HTTP
}

// replay runs bytes that a server sent, in steps of n, through package wire and a decoder.
func replay(t *testing.T, d Dialect, raw []byte, n int) (s seen) {
	t.Helper()
	var (
		r       wire.Response
		split   wire.Splitter = new(wire.SSE)
		decoder               = d.Decoder()
	)
	if d.Framing() == Whole {
		split = new(wire.Whole)
	}
	payload := func(p []byte) {
		delta, err := decoder.Decode(p)
		if err != nil {
			t.Fatal(err)
		}
		s.add(delta)
	}
	for len(raw) > 0 {
		p := raw[:min(n, len(raw))]
		raw = raw[len(p):]
		for len(p) > 0 && !r.Complete() {
			body, rest, err := r.Next(p)
			if err == nil {
				err = split.Feed(body, payload)
			}
			if err != nil {
				t.Fatal(err)
			}
			p = rest
		}
	}
	if s.Complete = r.EOF() == nil; s.Complete {
		split.End(payload)
	}
	return s
}

func (s *seen) add(d Delta) {
	switch d.Content {
	case Text:
		s.Text++
	case Blank:
		s.Blank++
	case Reasoning:
		s.Reasoning++
	}
	s.Tokens += d.Tokens
	if d.Finish != "" {
		s.Finish = d.Finish
	}
	if d.Usage.Known {
		s.Usage = d.Usage
	}
	if d.Error != "" {
		s.Error = d.Error
	}
	s.Done = s.Done || d.Done
}

// checkTranscript replays a transcript in one piece, in small ones and byte by byte.
func checkTranscript(t *testing.T, d Dialect, name string, want seen) {
	t.Helper()
	raw, err := os.ReadFile("../wire/testdata/transcripts/" + name + ".raw")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{len(raw), 97, 1} {
		if got := replay(t, d, raw, n); got != want {
			t.Errorf("%s in steps of %d:\n got %+v\nwant %+v", name, n, got, want)
		}
	}
}

// used is usage without a word on the cache, cached with one.
func used(input, output int) Usage { return Usage{Known: true, Input: input, Output: output} }
func cached(input, output, cached int) Usage {
	return Usage{Known: true, Input: input, Output: output, Cached: cached, CachedKnown: true}
}

// Expected counts: the requests ask for 8 tokens (n2, batch, prompt ids and logprobs: 4 an answer; ignore_eos: 64), and
// a separate script that shares no code with this one counted the events. Error texts are the servers'.

func TestCompletionsTranscripts(t *testing.T) {
	check := func(name string, want seen) {
		t.Helper()
		checkTranscript(t, completions{}, name, want)
	}
	const length = "length"
	peg := "The model produced output that does not match the expected Content-only format"

	check("vllm-0.32.0/compl_stream", seen{Text: 8, Finish: length, Done: true, Complete: true})
	check("vllm-0.32.0/compl_stream_usage", seen{Text: 8, Finish: length, Usage: used(7, 8), Done: true, Complete: true})
	check("vllm-0.32.0/compl_stream_usage_cont", seen{Text: 8, Finish: length, Usage: used(7, 8), Done: true, Complete: true})
	check("vllm-0.32.0/compl_n2_stream", seen{Text: 8, Finish: length, Done: true, Complete: true})
	check("vllm-0.32.0/compl_batchprompt_stream", seen{Text: 8, Finish: length, Done: true, Complete: true})
	check("vllm-0.32.0/compl_stream_logprobs", seen{Text: 4, Finish: length, Done: true, Complete: true})
	// One of 64 tokens is a special one: its event has no text, but usage counts it.
	check("vllm-0.32.0/compl_stream_ignore_eos", seen{Text: 63, Blank: 1, Finish: length, Usage: used(6, 64), Done: true, Complete: true})
	check("vllm-0.32.0/abort_stream", seen{Text: 5})
	// A busy server: 8 tokens in 4 events, one of them with 5; and 64 in 63.
	check("vllm-0.32.0-overloaded/compl_stream_usage_cont", seen{Text: 4, Finish: length, Usage: used(7, 8), Done: true, Complete: true})
	check("vllm-0.32.0-overloaded/compl_stream_ignore_eos", seen{Text: 62, Blank: 1, Finish: length, Usage: used(6, 64), Done: true, Complete: true})

	// llama.cpp ends with an event of its own, without text, which is no token.
	check("llama.cpp-b10434/compl_stream", seen{Text: 8, Blank: 1, Finish: length, Usage: cached(7, 8, 6), Done: true, Complete: true})
	check("llama.cpp-b10434/compl_stream_ignore_eos", seen{Text: 64, Blank: 1, Finish: length, Usage: cached(6, 64, 1), Done: true, Complete: true})
	check("llama.cpp-b10434/compl_n2_stream", seen{Text: 8, Blank: 2, Finish: length, Usage: cached(3, 4, 1), Done: true, Complete: true})
	// "data: null" is among the events.
	check("llama.cpp-b10434/compl_batchprompt_stream", seen{Text: 8, Blank: 2, Finish: length, Usage: cached(3, 4, 2), Done: true, Complete: true})
	check("llama.cpp-b10434-midstream-errors/abort_stream", seen{Text: 2, Error: peg, Complete: true})
	check("llama.cpp-b10434-midstream-errors/compl_n2_stream", seen{Text: 1, Error: peg, Complete: true})

	// A finish reason of "" is none; usage comes unasked, with the last content.
	check("tgi-router-3.3.6/compl_stream", seen{Text: 8, Finish: length, Usage: used(7, 8), Done: true, Complete: true})
	check("tgi-router-3.3.6/compl_n2_stream", seen{Text: 4, Finish: length, Usage: used(3, 4), Done: true, Complete: true})
	check("tgi-router-3.3.6/abort_stream", seen{Text: 5})
	check("tgi-router-3.3.6/err_toolong_stream", seen{Done: true, Complete: true,
		Error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 20002 `inputs` tokens and 4 `max_new_tokens`"})

	// Never a [DONE].
	check("transformers-serve-5.19.0/compl_stream", seen{Text: 8, Blank: 1, Finish: length, Usage: used(7, 8), Complete: true})
	check("transformers-serve-5.19.0/compl_n2_stream", seen{Text: 4, Blank: 1, Finish: length, Usage: used(3, 4), Complete: true})
	check("transformers-serve-5.19.0/abort_stream", seen{Text: 5})
}

func TestChatTranscripts(t *testing.T) {
	check := func(name string, want seen) {
		t.Helper()
		checkTranscript(t, chat{}, name, want)
	}
	const length = "length"
	check("vllm-0.32.0/chat_stream", seen{Text: 8, Finish: length, Done: true, Complete: true})
	check("vllm-0.32.0/chat_stream_usage", seen{Text: 8, Finish: length, Usage: used(8, 8), Done: true, Complete: true})
	check("vllm-0.32.0-overloaded/chat_stream", seen{}) // headers, then silence
	// The finish event has an empty delta: no token, unless usage says so.
	check("llama.cpp-b10434/chat_stream", seen{Text: 8, Blank: 1, Finish: length, Done: true, Complete: true})
	check("llama.cpp-b10434/chat_stream_usage", seen{Text: 8, Blank: 1, Finish: length, Usage: cached(9, 8, 8), Done: true, Complete: true})
	check("llama.cpp-b10434-midstream-errors/chat_stream", seen{Text: 3, Complete: true,
		Error: "The model produced output that does not match the expected peg-native format"})
	check("tgi-router-3.3.6/chat_stream", seen{Text: 8, Finish: length, Done: true, Complete: true})
	check("tgi-router-3.3.6/chat_stream_usage", seen{Text: 8, Finish: length, Usage: used(8, 8), Done: true, Complete: true})
	check("transformers-serve-5.19.0/chat_stream", seen{Text: 8, Blank: 1, Finish: length, Usage: used(8, 8), Complete: true})
}

func TestTGITranscripts(t *testing.T) {
	check := func(name string, want seen) {
		t.Helper()
		checkTranscript(t, tgi{}, name, want)
	}
	check("tgi-router-3.3.6/generate_stream_details", seen{Text: 8, Tokens: 8, Finish: "length", Usage: used(7, 8), Complete: true})
	check("tgi-router-3.3.6/generate_stream", seen{Text: 8, Tokens: 8, Finish: "unknown", Complete: true})
	check("tgi-router-3.3.6/generate_stream_slow20s", seen{Text: 3, Tokens: 3, Finish: "unknown", Complete: true})
	check("tgi-router-3.3.6/generate_stream_abort", seen{Text: 5, Tokens: 5})
	check("tgi-router-3.3.6/generate_stream_emptyinput", seen{Error: "Input validation error: `inputs` cannot be empty", Complete: true})
	check("tgi-router-3.3.6/generate_stream_err_validation", seen{Error: "Input validation error: `temperature` must be strictly positive", Complete: true})
}

// Answers in one piece: 8 tokens each, in the servers' own words and counts, read off the transcripts.
func TestWholeTranscripts(t *testing.T) {
	check := func(d Streamable, name string, usage Usage, done bool) {
		t.Helper()
		checkTranscript(t, d.Unstreamed(), name, seen{Text: 1, Finish: "length", Usage: usage, Done: done, Complete: true})
	}
	check(completions{}, "vllm-0.32.0/compl_nonstream", used(7, 8), false)
	check(chat{}, "vllm-0.32.0/chat_nonstream", used(8, 8), false)
	check(completions{}, "llama.cpp-b10434/compl_nonstream", cached(7, 8, 0), false)
	check(chat{}, "llama.cpp-b10434/chat_nonstream", cached(9, 8, 1), false)
	check(completions{}, "llama.cpp-b10434-midstream-errors/compl_nonstream", cached(7, 8, 0), false)
	check(completions{}, "tgi-router-3.3.6/compl_nonstream", used(7, 8), false)
	check(chat{}, "tgi-router-3.3.6/chat_nonstream", used(8, 8), false)
	check(tgi{}, "tgi-router-3.3.6/generate", used(-1, 8), true)
	check(completions{}, "transformers-serve-5.19.0/compl_nonstream", used(7, 8), false)
	check(chat{}, "transformers-serve-5.19.0/chat_nonstream", used(8, 8), false)
}
