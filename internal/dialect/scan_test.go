package dialect

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/wire"
)

// slowly is what a payload brings by encoding/json alone.
func slowly(decoder *decoder, payload []byte) (Delta, error) {
	payload = bytes.TrimSpace(payload)
	if len(payload) == 0 {
		return Delta{}, nil
	}
	if string(payload) == "[DONE]" {
		return Delta{Done: true}, nil
	}
	if err := decoder.unmarshal(payload); err != nil {
		return Delta{}, err
	}
	return decoder.delta(payload), nil
}

// checkLikeJSON feeds the payloads of one stream to one decoder.
func checkLikeJSON(t *testing.T, d Dialect, payloads [][]byte) {
	t.Helper()
	decoder, slow := d.Decoder(), d.Decoder().(*decoder)
	for i, p := range payloads {
		want, wantErr := slowly(slow, p)
		p = bytes.Clone(p)
		got, err := decoder.Decode(p)
		if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) || got.Tokens < 0 || err != nil && got != (Delta{}) {
			t.Fatalf("%T, payload %d: %q\n got %+v, %v\nwant %+v, %v", d, i, p, got, err, want, wantErr)
		}
		clear(p) // as the next read does
	}
}

// transcripts are the payloads of the responses that real servers streamed.
func transcripts(t testing.TB) (streams [][][]byte) {
	t.Helper()
	names, err := filepath.Glob("../wire/testdata/transcripts/*/*stream*.raw")
	if err != nil || len(names) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var (
			r        wire.Response
			split    wire.SSE
			payloads [][]byte
		)
		for len(raw) > 0 && !r.Complete() {
			body, rest, err := r.Next(raw)
			if err != nil {
				t.Fatal(name, err)
			}
			if err := split.Feed(body, func(p []byte) { payloads = append(payloads, bytes.Clone(p)) }); err != nil {
				t.Fatal(name, err)
			}
			raw = rest
		}
		streams = append(streams, payloads)
	}
	return streams
}

func TestTranscriptsLikeJSON(t *testing.T) {
	for _, payloads := range transcripts(t) {
		for _, d := range table {
			checkLikeJSON(t, d, payloads)
		}
	}
}

// odd are payloads that a scanner may take wrongly.
var odd = []string{
	`{"choices":[{"text":"a"}],"choices":[{"delta":{"content":"b"}},{"text":"c"}]}`,
	`{"choices":[{"text":"a","text":""}]}`, `{"choices":[{"text":"","text":"a"}]}`, `{"choices":[{"text":"a","text":null}]}`,
	`{"choices":[{"text":"a","Text":""}]}`, `{"choices":[{"te\u0078t":"a"}]}`, `{"choiceſ":[{"text":"a"}]}`, `{"to` + "\u212A" + `en":{"id":1}}`,
	`{"choices":[{"delta":{"content":"a"},"delta":{"role":"r"}}]}`, `{"choices":[{"delta":null}]}`, `{"choices":[null,{"text":"a"}]}`,
	`{"choices":null}`, `{"choices":[{"text":"a"}],"choices":null}`, `{"choices":[{"text":"a","token_ids":[1,2],"token_ids":null}]}`,
	`{"choices":[{"text":"a","finish_reason":"x","finish_reason":null}]}`, `{"choices":[{"finish_reason":"L\u00e9\ud800"}]}`,
	`{"choices":[{"finish_reason":7}]}`, `{"choices":[{"finish_reason":"é"}]}`, `{"choices":{}}`, `{"choices":[[]]}`,
	`{"usage":{"prompt_tokens":1.0}}`, `{"usage":{"prompt_tokens":-0}}`, `{"usage":{"completion_tokens":9223372036854775808}}`,
	`{"usage":{"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":"1"}}}`, `{"usage":{"completion_tokens":01}}`,
	`{"usage":{"completion_tokens":1},"usage":{"prompt_tokens":2},"usage":null}`, `{"usage":{"completion_tokens":1e2}}`, `{"usage":[]}`,
	`{"choices":[{"text":"\x"}]}`, "{\"choices\":[{\"text\":\"\x01\"}]}", "{\"choices\":[{\"text\":\"\xff\"}]}", `{"choices":[{"text":"\u12g4"}]}`,
	`{"choices":[{"text":"\`, `{"choices":[{"text":"\"}]}`, `{"choices":[{"text":"\\"}]}`, `{"choices":[{"text":"\u"}]}`, `{"choices":[{"text":"a"},]}`,
	`{"choices":[,{"text":"a"}]}`, `{"choices":[{"text":"a",}]}`, `{"choices":[{"text" "a"}]}`, `{,}`, `{"a":1 "b":2}`, `{"a":[1 2]}`, `{"a":}`,
	`{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":1e+}`, `{"a":00}`, `{"a":-01.5e-7}`, `{"a":-0.5E+7}`, `{"a":nul}`, `{"a":nullx}`, `{"a":True}`,
	`{"choices":[{"text":"a"}]} x`, `{"choices":[{"text":"a"}]`, `{"choices":[{"text":"a"}]]`, "{\"choices\":[{\"text\":\"a\"}]}\x00", "\x00",
	` { "choices" : [ { "text" : "a" , "token_ids" : [ ] } ] , "error" : { } } `, `{"choices":[{"text":[ ]}]}`, `{"choices":[{"text":{"a":1}}]}`, `{"choices":[{"text":0}]}`,
	`{"token":{"id":1,"text":"a"},"token":{"text":""}}`, `{"token":{"id":-5,"text":""}}`, `{"token":{"id":1.5,"text":"a"}}`, `{"token":{"id":null,"text":"a"}}`,
	`{"choices":[{"delta":{"content":"a","tool_calls":[{}]},"token_ids":[1]}],"usage":{},"error":{"message":[]}}`,
	`{"token":{"id":1,"text":"a"},"details":{"generated_tokens":1},"error":[[["x"]]]}`, `{"token":{"id":1,"text":"a"},"generated_text":false}`, `{"details":null}`, `{"error":"a","error":""}`, `{"message":"m"}`,
	`{"content":"a","tokens":[1,2]}`, `{"content":"a","tokens":["a,b"]}`, `{"content":"a","tokens":[1,[2,3]]}`, `{"content":"a","tokens":[1],"tokens":null}`, `{"content":"a","tokens":[1],"tokens":[]}`,
	`{"content":"a","tokens":[1],"stop":true,"tokens_predicted":5}`, `{"content":"a","tokens":[1],"stop":true,"tokens_predicted":6}`, `{"content":"","stop":1,"stop_type":7}`, `{"content":"","stop":"x","stop_type":"é","timings":null}`,
	`{"created_at":"2","response":"a","done":false}`, `{"created_at":"3","response":"b","done":false}`, `{"created_at":"","response":"b","done":false}`, `{"response":"a","done":true,"eval_count":1.5}`,
	`{"type":"response.output_text.delta","sequence_number":4,"delta":"a"}`, `{"type":"response.output_text.delta","sequence_number":5,"delta":"b"}`, `{"type":"response.output_text.delta","sequence_number":5,"delta":""}`,
	`{"delta":"a","type":"response.x.delta","type":"y"}`, `{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":1,"output_tokens":2}}}`, `{"type":"error","message":"m","error":{"message":"n"}}`,
	`{"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}}`,
	`{"type":"content_block_delta","delta":{"text":"a"},"delta":{"text":""}}`, `{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":9}}`,
	`{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":3}}`, `{"results":[{"index":0}],"usage":{"total_tokens":3}}`,
	`{"choices":[{"message":{"role":"assistant","content":"a","reasoning":null},"finish_reason":"stop"}]}`, `[]`, `"a"`, `null`, `{}`, `7`,
}

func TestOddPayloadsLikeJSON(t *testing.T) {
	deep := func(n int) string {
		return `{"a":` + string(bytes.Repeat([]byte("["), n)) + string(bytes.Repeat([]byte("]"), n)) + `,"choices":[{"text":"a"}]}`
	}
	for _, payload := range append(odd, deep(50), deep(70), deep(10_001)) {
		for _, d := range table {
			checkLikeJSON(t, d, [][]byte{[]byte(payload)})
		}
	}
}

// FuzzDecode takes each line for a payload of one stream.
func FuzzDecode(f *testing.F) {
	for _, payloads := range transcripts(f) {
		f.Add(bytes.Join(payloads[:min(len(payloads), 3)], []byte("\n")))
	}
	for _, payload := range odd {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payloads []byte) {
		for _, d := range table {
			checkLikeJSON(t, d, bytes.Split(payloads, []byte("\n")))
		}
		ErrorMessage(payloads)
	})
}

// checkHits says of each payload of a stream whether the template of those before decides it.
func checkHits(t *testing.T, d Dialect, payloads []string, want ...bool) {
	t.Helper()
	decoder := d.Decoder().(*decoder)
	known := &decoder.template
	var buffer []byte // each event lies where the last one lay
	for i, p := range payloads {
		buffer = append(buffer[:0], p...)
		if got := known.matches(buffer); got != want[i] {
			t.Errorf("%T: %s after %s: hit is %v", d, p, payloads[:i], got)
		}
		decoder.Decode(buffer)
	}
}

func TestTemplateHits(t *testing.T) {
	around := func(before, after string, values ...string) (payloads []string) {
		for _, v := range values {
			payloads = append(payloads, before+v+after)
		}
		return payloads
	}
	long := `"` + strings.Repeat("a", maxTemplate) + `"`
	checkHits(t, completions{}, around(`{"id":"A","choices":[{"index":0,"text":`, `,"finish_reason":null}]}`,
		`"a"`, `"b"`, `"\"\u00e9\\"`, ` "c"`, `""`, `"d"`, `"e"`, `"a\"`, `"b"`, `null`, `"a"`, `"a","text":"b"`, long, `"b"`, `"c"`),
		false, true, true, true, false, false, true, false, false, false, false, false, false, false, true)
	checkHits(t, completions{}, around(`{"choices":[{"index":`, `,"text":"a"}]}`, `0`, `1`, `-1`, `01`, `1`, `1.5`, `1`),
		false, true, true, false, false, false, false)
	checkHits(t, completions{}, around(`{"choices":[{"text":"a"}],"created":`, `}`, `1`, `1`, `2`, `2`, `2 `, `2`), false, true, false, true, false, false)
	checkHits(t, chat{}, around(`{"choices":[{"index":0,"delta":{`, `}}]}`,
		`"role":"assistant"`, `"role":"assistant"`, `"content":"a"`, `"content":"b"`, `"reasoning":"a"`, `"reasoning":"b"`, `"content":"b"`),
		false, false, false, true, false, true, false)
	checkHits(t, tgi{}, around(`{"index":1,"token":{"id":`, `,"logprob":-1.5,"special":false}}`,
		`5,"text":"a"`, `60000,"text":"bc"`, `-5,"text":"a"`, `5.0,"text":"a"`, `5,"text":"a"`, `1234567890,"text":"a"`, `5,"text":""`),
		false, true, true, false, false, false, false)
	checkHits(t, llamaCpp{}, around(`{"index":0,`, `,"stop":false,"tokens_evaluated":7}`,
		`"content":"a","tokens":[5]`, `"content":"bc","tokens":[60000]`, `"content":"b","tokens":[5,6]`, `"content":"b","tokens":[7,8]`, `"content":"","tokens":[7,8]`),
		false, true, false, true, false)
	checkHits(t, ollama{}, around(`{"model":"m","created_at":`, `,"done":false}`, `"1","response":"a"`, `"22","response":"b"`, `"3","response":""`), false, true, false)
	checkHits(t, responses{}, around(`{"type":"response.output_text.delta","sequence_number":`, `}`, `3,"delta":"a"`, `44,"delta":"b"`, `5,"delta":""`), false, true, false)
	checkHits(t, messages{}, around(`{"type":"content_block_delta","delta":{"type":"text_delta","text":`, `}}`, `"a"`, `"b"`, `""`), false, true, false)
	// Where the scanner gives up after the text, the template still helps.
	checkHits(t, chat{}, around(`{"choices":[{"delta":{"content":`, `}}],"X":0}`, `"a"`, `"b"`, `""`), false, true, false)
}

// TestAlmostTheSame: what lies in a hole must not count, not even where a field comes twice, and nothing else may differ.
func TestAlmostTheSame(t *testing.T) {
	check := func(d Dialect, payloads ...string) {
		t.Helper()
		var all [][]byte
		for _, p := range payloads {
			all = append(all, []byte(p))
		}
		checkLikeJSON(t, d, all)
	}
	check(tgi{}, `{"token":{"id":1,"text":"a"},"token":{"text":""}}`, `{"token":{"id":-5,"text":"a"},"token":{"text":""}}`)
	check(tgi{}, `{"token":{"id":1,"text":"a"}}`, `{"token":{"id":99999999999999999999,"text":"a"}}`)
	check(completions{}, `{"choices":[{"text":"a"}]}`, `{"choices":[{"text":"a"}]}x`, `{"choices":[{"text":"a"}]}`, `{"choices":[{"text":"a"}]`)
	check(completions{}, `{"choices":[{"text":"","text":"a"}]}`, `{"choices":[{"text":"","text":""}]}`, `{"choices":[{"text":"a","text":""}]}`)
	check(completions{}, `{"choices":[{"text":"a"}],"error":"b"}`, `{"choices":[{"text":"a"}],"error":"c"}`)
	check(completions{}, `{"choices":[{"text":"a"}],"Choices":[{"text":"b"}]}`, `{"choices":[{"text":"c"}],"Choices":[{"text":""}]}`)
	check(completions{}, `{"choices":[{"index":0,"text":"a"}],"choices":[{"index":1}]}`, `{"choices":[{"index":0,"text":"b"}],"choices":[]}`)
}

// FuzzTemplate changes one place of an event of a real stream, before which and after which the event itself comes.
func FuzzTemplate(f *testing.F) {
	var events [][]byte
	for _, payloads := range transcripts(f) {
		events = append(events, payloads[:min(len(payloads), 2)]...)
	}
	for i, e := range events {
		for _, insert := range []string{"", `"`, `\`, `a`, `1`, `.`, ` `, `\u00`, "\n"} {
			f.Add(i, bytes.IndexByte(e, ':')+1+i, i%3, insert)
			f.Add(i, bytes.LastIndex(e, []byte(`"text":"`))+8, i%3, insert)
		}
	}
	f.Fuzz(func(t *testing.T, which, from, length int, insert string) {
		e := events[uint(which)%uint(len(events))]
		from = int(uint(from) % uint(len(e)+1))
		to := min(len(e), from+length&0x1f)
		changed := slices.Concat(e[:from], []byte(insert), e[to:])
		for _, d := range table {
			checkLikeJSON(t, d, [][]byte{e, changed, e, changed, changed})
		}
	})
}

// TestDecodeAllocatesNothing: neither the events that make up a stream nor those that begin and end it.
func TestDecodeAllocatesNothing(t *testing.T) {
	check := func(d Dialect, events ...string) {
		t.Helper()
		decoder, payloads := d.Decoder(), make([][]byte, len(events))
		for i, e := range events {
			payloads[i] = []byte(e)
		}
		allocs := testing.AllocsPerRun(100, func() {
			for _, p := range payloads {
				if _, err := decoder.Decode(p); err != nil {
					t.Fatal(err)
				}
			}
		})
		if allocs != 0 {
			t.Errorf("%T: %v allocations for %s", d, allocs, events)
		}
	}
	check(completions{},
		`{"id":"c","choices":[{"index":0,"text":" a","finish_reason":null}]}`, `{"id":"c","choices":[{"index":0,"text":"\n\u00e9\"","finish_reason":null}]}`,
		`{"id":"c","choices":[{"text":"a"},{"text":"b"}]}`, `{"id":"c","choices":[{"text":"","finish_reason":"length"}],"usage":null}`,
		`{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":1}}}`, `[DONE]`)
	check(chat{},
		`{"choices":[{"delta":{"role":"assistant","content":""}}]}`, `{"choices":[{"delta":{"reasoning_content":"Hm"},"token_ids":[1]}]}`,
		`{"choices":[{"delta":{"content":"a"},"logprobs":{"content":[{"token":"A","logprob":-1.5e-3,"bytes":[65]}]}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\""}}]}}]}`, `{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}`)
	check(llamaCpp{},
		`{"index":0,"content":" a","tokens":[29],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":7}`,
		`{"index":0,"content":"b","tokens":[1234],"stop":false,"id_slot":-1,"tokens_predicted":2,"tokens_evaluated":7}`,
		`{"content":"","tokens":[],"stop":true,"tokens_predicted":3,"tokens_evaluated":7,"stop_type":"limit","timings":{"cache_n":6}}`)
	check(ollama{},
		`{"model":"m","created_at":"2026-11-23T10:00:00.1Z","response":"The","done":false}`, `{"model":"m","created_at":"2026-11-23T10:00:00.23Z","response":" a","done":false}`,
		`{"model":"m","response":"","done":true,"done_reason":"stop","context":[1,2],"prompt_eval_count":26,"eval_count":3}`)
	check(responses{},
		`{"type":"response.output_text.delta","sequence_number":3,"item_id":"i","delta":"a","logprobs":[]}`, `{"type":"response.output_text.delta","sequence_number":4,"item_id":"i","delta":"b","logprobs":[]}`)
	check(messages{},
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}`, `{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"!"}}`)
	check(tgi{},
		`{"index":1,"token":{"id":5,"text":"a","logprob":-1.5,"special":false},"generated_text":null,"details":null}`,
		`{"index":2,"token":{"id":2,"text":"","logprob":0,"special":true},"generated_text":"a","details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null}}`)
}
