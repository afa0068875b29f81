package dialect

import (
	"strings"
	"testing"
)

func checkDecode(t *testing.T, d Dialect, payload string, want Delta) {
	t.Helper()
	decoder := d.Decoder()
	// What came before must not shine through: encoding/json merges into what it finds.
	for _, before := range []string{
		`{"choices":[{"text":"x","delta":{"content":"x","reasoning":"x"},"finish_reason":"stop","token_ids":[1,2]},{"text":"y","finish_reason":"y"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3}}}`,
		`{"token":{"id":1,"text":"x"},"generated_text":"x","details":{"finish_reason":"x","input_length":1,"generated_tokens":1}}`,
	} {
		if _, err := decoder.Decode([]byte(before)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := decoder.Decode([]byte(payload)); err != nil || got != want {
		t.Errorf("%s\n got %+v, %v\nwant %+v", payload, got, err, want)
	}
}

func TestChatDelta(t *testing.T) {
	check := func(payload string, want Delta) {
		t.Helper()
		checkDecode(t, chat{}, payload, want)
	}
	delta := func(delta string, want Content) {
		t.Helper()
		check(`{"choices":[{"index":0,"delta":`+delta+`,"finish_reason":null}]}`, Delta{Content: want})
	}
	delta(`{"content":"a"}`, Text)
	delta(`{"role":"assistant","content":"a"}`, Text)
	delta(`{"role":"assistant","content":""}`, None)
	delta(`{"role":"assistant","content":null}`, None)
	delta(`{"role":"assistant"}`, None)
	delta(`{"content":""}`, Blank)
	delta(`{}`, Blank)
	delta(`{"reasoning_content":"hm"}`, Reasoning)
	delta(`{"reasoning":"hm","content":null}`, Reasoning)
	delta(`{"reasoning":"hm","content":"a"}`, Text)
	delta(`{"role":"assistant","content":null,"reasoning_content":null,"tool_calls":[]}`, None)
	delta(`{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}`, Text)
	delta(`{"function_call":{"name":"f"}}`, Text)
	delta(`{"reasoning_text":"hm"}`, Reasoning)
	delta(`{"content":"","reasoning_details":[{"type":"reasoning.text","text":"hm"}]}`, Reasoning)
	delta(`{"content":null,"thinking":"hm"}`, Reasoning)
	delta(`{"refusal":"no"}`, Text)
	delta(`{"content":[{"type":"text","text":"a"}]}`, Text)
	// As Mistral's reasoning models send it.
	delta(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}`, Reasoning)
	delta(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"closed":true},{"type":"text","text":"a"}]}`, Text)
	delta(`{"content":[]}`, Blank)
	delta(`{"content":[7]}`, Text)
	delta(`{"content":" "}`, Text)

	check(`{"choices":[{"delta":{"content":""},"finish_reason":"stop"}]}`, Delta{Content: Blank, Finish: "stop"})
	check(`{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}`, Delta{Content: Text})
	check(`{"choices":[{"delta":{"role":"assistant"},"token_ids":[7]}]}`, Delta{Content: Blank, Tokens: 1})
	check(`{"choices":[{"delta":{"content":"abc"},"token_ids":[7, 8 ,9]}]}`, Delta{Content: Text, Tokens: 3})
	check(`{"choices":[{"delta":{"content":"a"},"token_ids":[]}]}`, Delta{Content: Text})
	// n = 2 in one event: the answer outranks the reasoning, the tokens add up.
	check(`{"choices":[{"index":0,"delta":{"reasoning":"a"},"token_ids":[1]},{"index":1,"delta":{"content":"b"},"token_ids":[2,3]}]}`,
		Delta{Content: Text, Tokens: 3})
	check(`{"choices":[{"index":0,"delta":{"content":"b"}},{"index":1,"delta":{"reasoning":"a"},"finish_reason":"stop"}]}`,
		Delta{Content: Text, Finish: "stop"})
	check(`{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":0}}}`,
		Delta{Usage: cached(9, 8, 0)})
	check(`{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":null}}`, Delta{Usage: used(9, 8)})
	check(`{"choices":[{"delta":{"content":"a"}}],"usage":null}`, Delta{Content: Text})
	check(`{"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":3}}`, Delta{Content: Text, Usage: used(-1, 3)})
	check(`{"choices":[],"prompt_filter_results":[{}]}`, Delta{})
	check(`[DONE]`, Delta{Done: true})
	check(" [DONE]\t", Delta{Done: true})
	check(``, Delta{})
	check(`null`, Delta{})
}

func TestErrorPayloads(t *testing.T) {
	check := func(payload, message string) {
		t.Helper()
		for _, d := range []Dialect{completions{}, chat{}} {
			checkDecode(t, d, payload, Delta{Error: message})
		}
	}
	check(`{"error":{"code":500,"message":"it broke","type":"server_error"}}`, "it broke")
	check(`{"error":"it broke","error_type":"generation"}`, "it broke")
	check(`{"error":{"code":500}}`, `{"code":500}`)
	check(`{"object":"error","message":"it broke","code":400}`, "it broke")
	check(`{"detail":[{"msg":"it broke"}]}`, "it broke")
	check(`{"error":null}`, "")
	check(`{"error":{}}`, "")
	check(`{"error":"`+strings.Repeat("é", 300)+`"}`, strings.Repeat("é", 100)+"…")
	for _, d := range []Dialect{completions{}, chat{}, responses{}, tgi{}, llamaCpp{}, messages{whole: true}} {
		for _, d := range []Dialect{d, d.(interface{ Unstreamed() Dialect }).Unstreamed()} {
			checkDecode(t, d, `{"object":"error","message":"it broke","type":"BadRequestError","code":400}`, Delta{Error: "it broke"})
			checkDecode(t, d, `{"detail":"it broke"}`, Delta{Error: "it broke"})
			checkDecode(t, d, `{"error":{"message":"it broke"}}`, Delta{Error: "it broke"})
		}
	}
	checkDecode(t, tgi{}, `{"error":"overloaded","error_type":"overloaded"}`, Delta{Error: "overloaded"})
	checkDecode(t, chat{}, `{"choices":[{"delta":{"content":"a"}}],"error":{"message":"it broke"}}`, Delta{Content: Text, Error: "it broke"})
}

func TestTGIDelta(t *testing.T) {
	check := func(payload string, want Delta) {
		t.Helper()
		checkDecode(t, tgi{}, payload, want)
	}
	check(`{"index":1,"token":{"id":5,"text":"a","special":false},"generated_text":null,"details":null}`, Delta{Content: Text, Tokens: 1})
	check(`{"token":{"id":0,"text":"","special":true},"generated_text":"","details":{"finish_reason":"eos_token","generated_tokens":3,"input_length":2}}`,
		Delta{Content: Blank, Tokens: 1, Finish: "eos_token", Usage: used(2, 3)})
	check(`{"token":{"id":5,"text":"a"},"details":{"finish_reason":"length","generated_tokens":3}}`,
		Delta{Content: Text, Tokens: 1, Finish: "length", Usage: used(-1, 3)})
	check(`{"token":{"id":5,"text":""},"generated_text":""}`, Delta{Content: Blank, Tokens: 1, Finish: "unknown"})
	check(`{"token":null}`, Delta{})
	check(``, Delta{})
}

func TestMalformedPayloads(t *testing.T) {
	for name, d := range table {
		for _, payload := range []string{`{"choices":[`, `{"token":`, `hello`, `[1]`, `{} {}`,
			`{"choices":7,"token":7,"delta":{"type":7},"stop_type":7,"done_reason":7,"data":7,"response":7,"usage":7,"type":7}`} {
			if delta, err := d.Decoder().Decode([]byte(payload)); err == nil {
				t.Errorf("%s takes %s for %+v", name, payload, delta)
			}
		}
	}
}

func TestErrorMessage(t *testing.T) {
	check := func(body, want string) {
		t.Helper()
		if got := ErrorMessage([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	check(`{"error":{"message":"The model does not exist.","code":404}}`, "The model does not exist.")
	check(`{"detail":"Not Found"}`, "Not Found")
	check(`{"detail":[{"type":"json_invalid","msg":"JSON decode error","ctx":{"error":"Expecting value"}}]}`, "JSON decode error")
	check(`{"error":{"error":"inner"}}`, "inner")
	check("Internal Server Error\n", "Internal Server Error")
	check("<html>\r\n <b>502</b>\n</html>", "<html> <b>502</b> </html>")
	check(`{"status":"sad"}`, `{"status":"sad"}`)
	check("a\xffb", "a\uFFFDb")
	check("", "")
}
