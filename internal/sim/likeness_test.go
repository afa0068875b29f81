package sim

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
)

// skeleton is the keys of a JSON text in their order, with the values that are null, "" or a finish reason.
func skeleton(t *testing.T, text string) string {
	t.Helper()
	var out []string
	d := json.NewDecoder(strings.NewReader(text))
	for {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch v := tok.(type) {
		case nil:
			out = append(out, "null")
		case json.Delim:
			out = append(out, v.String())
		case string:
			// Whether it is a key or a value is plain from its place; values differ, so only fixed ones are kept.
			if fixedWords[v] {
				out = append(out, v)
			} else {
				out = append(out, "_")
			}
		default:
			out = append(out, "0")
		}
	}
	return strings.Join(out, " ")
}

var fixedWords = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`id object created model choices index text logprobs finish_reason stop_reason
		prompt_token_ids token_ids usage prompt_tokens total_tokens completion_tokens system_fingerprint delta role
		assistant content prompt_text message refusal annotations audio function_call reasoning routed_experts
		service_tier prompt_tokens_details completion_tokens_details kv_transfer_params ec_transfer_params metrics
		prompt_logprobs length text_completion chat.completion chat.completion.chunk token logprob special
		generated_text details generated_tokens seed input_length prefill tokens error message type param code
		error_type count max_model_len token_strs`) {
		words[w] = true
	}
	return words
}()

// Events of vLLM 0.32.0 and of TGI's router 3.3.6 for the same requests, names and ids changed: keys, nulls and finish
// reasons must be the same, in the same order.
func TestLooksLikeTheRealOnes(t *testing.T) {
	check := func(path, body string, want ...string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, fixed())
			h := post(b.pipes.dial(), path, body)
			got := h.events
			if len(got) == 0 {
				got = []string{h.raw}
			}
			b.close()
			if len(got) != len(want) {
				t.Fatalf("%s %s: %d events, want %d:\n%s", path, body, len(got), len(want), strings.Join(got, "\n"))
			}
			for i := range got {
				if want[i] == "[DONE]" && got[i] != "[DONE]" || skeleton(t, got[i]) != skeleton(t, want[i]) {
					t.Errorf("%s: event %d\n got %s\nlike %s", path, i, got[i], want[i])
				}
			}
		})
	}
	const done = "[DONE]"
	check("/v1/completions", `{"prompt":"x","max_tokens":2,"stream":true}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" stri","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" time","logprobs":null,"finish_reason":"length","stop_reason":null,"prompt_token_ids":null,"token_ids":null}],"system_fingerprint":"v"}`,
		done)
	check("/v1/completions", `{"prompt":"x","max_tokens":1,"stream":true,"stream_options":{"include_usage":true}}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" time","logprobs":null,"finish_reason":"length","stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"total_tokens":15,"completion_tokens":8},"system_fingerprint":"v"}`,
		done)
	check("/v1/completions", `{"prompt":"x","max_tokens":2,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" stri","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}],"usage":{"prompt_tokens":7,"total_tokens":8,"completion_tokens":1}}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" time","logprobs":null,"finish_reason":"length","stop_reason":null,"prompt_token_ids":null,"token_ids":null}],"usage":{"prompt_tokens":7,"total_tokens":15,"completion_tokens":8}}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"total_tokens":15,"completion_tokens":8},"system_fingerprint":"v"}`,
		done)
	check("/v1/completions", `{"prompt":"x","max_tokens":2}`,
		`{"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" stri time","logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,"prompt_logprobs":null,"prompt_token_ids":null,"routed_experts":null}],"service_tier":null,"system_fingerprint":"v","usage":{"prompt_tokens":7,"total_tokens":15,"completion_tokens":8,"prompt_tokens_details":null,"completion_tokens_details":null},"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`)
	check("/v1/chat/completions", `{"messages":[{"role":"user","content":"x"}],"max_tokens":2,"stream":true}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"ir"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"out"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}],"system_fingerprint":"v"}`,
		done)
	check("/v1/chat/completions", `{"messages":[{"role":"user","content":"x"}],"max_tokens":1,"stream":true,"stream_options":{"include_usage":true}}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"out"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]}`,
		`{"id":"chatcmpl-8","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":8,"total_tokens":16,"completion_tokens":8},"system_fingerprint":"v"}`,
		done)
	check("/v1/chat/completions", `{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"max_completion_tokens":2}`,
		`{"id":"chatcmpl-a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"irout","refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,"routed_experts":null}],"service_tier":null,"system_fingerprint":"v","usage":{"prompt_tokens":8,"total_tokens":16,"completion_tokens":8,"prompt_tokens_details":null,"completion_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null,"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`)
	check("/generate_stream", `{"inputs":"x","parameters":{"max_new_tokens":2}}`,
		`{"index":1,"token":{"id":1509,"text":"ert","logprob":-1.5,"special":false},"generated_text":null,"details":null}`,
		`{"index":8,"token":{"id":1607,"text":"The","logprob":-1.5,"special":false},"generated_text":"ertThe","details":null}`)
	check("/generate_stream", `{"inputs":"x","parameters":{"max_new_tokens":1,"details":true}}`,
		`{"index":8,"token":{"id":1757,"text":" link","logprob":-1.5,"special":false},"generated_text":"a link","details":{"finish_reason":"length","generated_tokens":8,"seed":null,"input_length":7}}`)
	check("/generate", `{"inputs":"x","parameters":{"max_new_tokens":2,"details":true}}`,
		`{"generated_text":"datespect","details":{"finish_reason":"length","generated_tokens":8,"seed":null,"prefill":[],"tokens":[{"id":832,"text":"date","logprob":-1.5,"special":false},{"id":1614,"text":"spect","logprob":-1.5,"special":false}]}}`)
	check("/generate_stream", `{"inputs":"","parameters":{"max_new_tokens":8}}`,
		`{"error":"Input validation error","error_type":"validation"}`)
	check("/v1/completions", `{"model":"no-such-model","prompt":"x"}`,
		`{"error":{"message":"The model does not exist.","type":"NotFoundError","param":"model","code":404}}`)
	check("/tokenize", `{"model":"m","prompt":"once upon"}`,
		`{"count":7,"max_model_len":2048,"tokens":[1,52],"token_strs":null}`)
	check("/tokenize", `{"inputs":"once upon"}`,
		`[{"id":1,"text":"","start":0,"stop":0},{"id":52,"text":"O","start":0,"stop":1}]`)
}

// What is said is the same in every API, word for word, and has exactly as many words as tokens.
func TestEveryAPISaysTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, fixed())
		say := func(path, body string) heard { return post(b.pipes.dial(), path, body, "X-Request-Id: same") }
		want := say("/v1/completions", completion).text(t)
		if n := len(strings.Fields(want)); n != 5 {
			t.Errorf("%q has %d words, want 5", want, n)
		}
		for path, body := range map[string]string{"/v1/chat/completions": chat, "/generate_stream": native} {
			if got := say(path, body).text(t); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		last := say("/generate_stream", native).chunks(t)[4]
		if last.GeneratedText == nil || *last.GeneratedText != want {
			t.Errorf("generated_text %v, want %q", last.GeneratedText, want)
		}
		if h := say("/generate", native); !strings.Contains(h.raw, want) {
			t.Errorf("/generate: %s, want %q", h.raw, want)
		}
		other := post(b.pipes.dial(), "/v1/completions", completion, "X-Request-Id: other").text(t)
		if other == want {
			t.Errorf("another request gets the same answer: %q", other)
		}
		b.close()
	})
}
