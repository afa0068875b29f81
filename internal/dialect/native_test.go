package dialect

import "testing"

// checkStream decodes payloads in order with one decoder.
func checkStream(t *testing.T, d Dialect, payloads []string, want ...Delta) {
	t.Helper()
	decoder := d.Decoder()
	for i, p := range payloads {
		if got, err := decoder.Decode([]byte(p)); err != nil || got != want[i] {
			t.Errorf("%T: %s\n got %+v, %v\nwant %+v", d, p, got, err, want[i])
		}
	}
}

func TestLlamaCppDelta(t *testing.T) {
	checkStream(t, llamaCpp{}, []string{
		`{"index":0,"content":" a","tokens":[29],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":7}`,
		`{"index":0,"content":"b","tokens":[1234],"stop":false,"id_slot":-1,"tokens_predicted":2,"tokens_evaluated":7}`,
		`{"index":0,"content":"","tokens":[2],"stop":false,"id_slot":-1,"tokens_predicted":3,"tokens_evaluated":7}`,
		`{"index":0,"content":"","tokens":[],"id_slot":1,"stop":true,"tokens_predicted":3,"tokens_evaluated":7,"stop_type":"limit","timings":{"cache_n":6,"prompt_n":1}}`,
	}, Delta{Content: Text, Tokens: 1}, Delta{Content: Text, Tokens: 1}, Delta{Content: Blank, Tokens: 1},
		Delta{Done: true, Finish: "limit", Usage: cached(7, 3, 6)})
	checkStream(t, llamaCpp{whole: true}, []string{`{"index":0,"content":" ab","tokens":[29,1234],"stop":true,"tokens_predicted":2,"tokens_evaluated":7,"stop_type":"eos"}`},
		Delta{Content: Text, Tokens: 2, Done: true, Finish: "eos", Usage: used(7, 2)})
	checkStream(t, llamaCpp{}, []string{`{"error":{"code":500,"message":"no","type":"server_error"}}`}, Delta{Error: "no"})
}

// As Ollama's documentation shows its streams.
func TestOllamaDelta(t *testing.T) {
	checkStream(t, ollama{}, []string{
		`{"model":"m","created_at":"2026-11-23T10:00:00.1Z","response":"","thinking":"Hm","done":false}`,
		`{"model":"m","created_at":"2026-11-23T10:00:00.1Z","response":"The","done":false}`,
		`{"model":"m","created_at":"2026-11-23T10:00:00.2Z","response":" sky","done":false}`,
		`{"model":"m","created_at":"2026-11-23T10:00:00.2Z","response":"","done":false}`,
		`{"model":"m","created_at":"2026-11-23T10:00:00.3Z","response":"","done":true,"done_reason":"stop","context":[1,2],"prompt_eval_count":26,"eval_count":3,"eval_duration":5}`,
	}, Delta{Content: Reasoning}, Delta{Content: Text}, Delta{Content: Text}, Delta{Content: Blank},
		Delta{Done: true, Finish: "stop", Usage: used(26, 3)})
	checkStream(t, ollamaChat{}, []string{
		`{"model":"m","created_at":"1","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}`,
		`{"model":"m","created_at":"2","message":{"role":"assistant","content":"The"},"done":false}`,
		`{"model":"m","created_at":"3","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]},"done":false}`,
		`{"error":"model runner has stopped"}`,
	}, Delta{Content: Reasoning}, Delta{Content: Text}, Delta{Content: Text}, Delta{Error: "model runner has stopped"})
	checkStream(t, ollama{whole: true}, []string{`{"model":"m","response":"The sky","done":true,"done_reason":"length","prompt_eval_count":26,"eval_count":3}`},
		Delta{Content: Text, Done: true, Finish: "length", Usage: used(26, 3)})
}

func TestResponsesDelta(t *testing.T) {
	checkStream(t, responses{}, []string{
		`{"type":"response.created","sequence_number":0,"response":{"id":"r","status":"in_progress","error":null,"incomplete_details":null,"output":[],"usage":null}}`,
		`{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"reasoning"}}`,
		`{"type":"response.reasoning_text.delta","sequence_number":2,"item_id":"i","delta":"Hm"}`,
		`{"type":"response.output_text.delta","sequence_number":3,"item_id":"i","delta":"a","logprobs":[]}`,
		`{"type":"response.output_text.delta","sequence_number":4,"item_id":"i","delta":"b","logprobs":[]}`,
		`{"type":"response.output_text.delta","sequence_number":5,"item_id":"i","delta":"","logprobs":[]}`,
		`{"type":"response.function_call_arguments.delta","sequence_number":6,"item_id":"i","delta":"{"}`,
		`{"type":"response.output_text.done","sequence_number":7,"text":"ab"}`,
		`{"type":"response.incomplete","sequence_number":8,"response":{"status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}}}`,
	}, Delta{}, Delta{}, Delta{Content: Reasoning}, Delta{Content: Text}, Delta{Content: Text}, Delta{Content: Blank}, Delta{Content: Text}, Delta{},
		Delta{Finish: "max_output_tokens", Done: true, Usage: cached(9, 5, 4)})
	check := func(payload string, want Delta) { t.Helper(); checkStream(t, responses{}, []string{payload}, want) }
	check(`{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":9,"output_tokens":5}}}`, Delta{Finish: "completed", Done: true, Usage: used(9, 5)})
	check(`{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"broken"}}}`, Delta{Error: "broken"})
	check(`{"type":"response.failed","response":{"status":"failed"}}`, Delta{Error: "the response is failed"})
	check(`{"type":"error","code":"x","message":"broken"}`, Delta{Error: "broken"})
	check(`{"type":"error","error":{"message":"broken"}}`, Delta{Error: "broken"})
	check(`{"error":{"message":"broken"}}`, Delta{Error: "broken"})

	whole := func(payload string, want Delta) {
		t.Helper()
		checkStream(t, responses{whole: true}, []string{payload}, want)
	}
	whole(`{"status":"completed","error":null,"output":[{"type":"reasoning","summary":[{"text":"Hm"}]},{"type":"message","content":[{"type":"output_text","text":"ab"}]}],"usage":{"input_tokens":9,"output_tokens":5}}`,
		Delta{Content: Text, Finish: "completed", Done: true, Usage: used(9, 5)})
	whole(`{"status":"completed","output":[{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"Hm"}]}]}`, Delta{Content: Reasoning, Finish: "completed", Done: true})
	whole(`{"status":"completed","output":[]}`, Delta{Finish: "completed", Done: true})
}

func TestMessagesDelta(t *testing.T) {
	checkStream(t, messages{}, []string{
		`{"type":"message_start","message":{"id":"m","role":"assistant","content":[],"stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":100,"cache_creation_input_tokens":5,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`,
		`{"type":"ping"}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"!"}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}`,
		`{"type":"content_block_stop","index":2}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}`,
		`{"type":"message_stop"}`,
	}, Delta{}, Delta{}, Delta{}, Delta{Content: Reasoning}, Delta{}, Delta{Content: Text}, Delta{Content: Text}, Delta{Content: Text}, Delta{},
		Delta{Finish: "end_turn", Usage: cached(130, 15, 100)}, Delta{Done: true})
	// The end need not repeat all that the beginning said.
	checkStream(t, messages{}, []string{
		`{"type":"message_start","message":{"usage":{"input_tokens":25,"cache_read_input_tokens":100,"cache_creation_input_tokens":5}}}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":26,"cache_read_input_tokens":null,"output_tokens":15}}`,
		`{"type":"message_delta","delta":{},"usage":{"input_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":16}}`,
	}, Delta{}, Delta{Finish: "end_turn", Usage: cached(131, 15, 100)}, Delta{Usage: cached(1, 16, 0)})
	checkStream(t, messages{}, []string{`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`}, Delta{Error: "Overloaded"})
	checkStream(t, messages{whole: true}, []string{
		`{"type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"Hi"}],"stop_reason":"max_tokens","usage":{"input_tokens":5,"output_tokens":8}}`},
		Delta{Content: Text, Finish: "max_tokens", Usage: used(5, 8)})
}

func TestWholeDelta(t *testing.T) {
	checkStream(t, chat{whole: true}, []string{`{"choices":[{"index":0,"message":{"role":"assistant","content":"a b"},"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":8}}`},
		Delta{Content: Text, Finish: "length", Usage: used(9, 8)})
	checkStream(t, chat{whole: true}, []string{`{"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"x"}]},"finish_reason":"tool_calls"}]}`},
		Delta{Content: Text, Finish: "tool_calls"})
	checkStream(t, tgi{whole: true}, []string{`{"generated_text":"a","details":{"finish_reason":"length","generated_tokens":8}}`}, Delta{Content: Text, Finish: "length", Done: true, Usage: used(-1, 8)})
	checkStream(t, tgi{whole: true}, []string{`{"error":"Request failed","error_type":"generation"}`}, Delta{Error: "Request failed"})
}

func TestComputedDelta(t *testing.T) {
	checkStream(t, embeddings{}, []string{`{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2e-3]}],"usage":{"prompt_tokens":4,"total_tokens":4}}`},
		Delta{Content: Computed, Done: true, Usage: used(4, 0)})
	checkStream(t, embeddings{}, []string{`{"data":[{"embedding":"AAAA"}]}`}, Delta{Content: Computed, Done: true, Usage: used(-1, 0)})
	checkStream(t, embeddings{}, []string{`{"data":[]}`}, Delta{Done: true, Usage: used(-1, 0)})
	checkStream(t, embeddings{}, []string{`{"detail":"no such model"}`}, Delta{Error: "no such model", Usage: used(-1, 0)})
	checkStream(t, rerank{}, []string{`{"results":[{"index":0,"relevance_score":0.5}],"usage":{"total_tokens":12}}`}, Delta{Content: Computed, Done: true, Usage: used(12, 0)})
	checkStream(t, rerank{}, []string{`[{"score":0.5,"document":"a","index":0,"meta_info":null}]`, `[]`}, Delta{Content: Computed, Done: true, Usage: used(-1, 0)}, Delta{Done: true, Usage: used(-1, 0)})
	checkStream(t, rerank{}, []string{`{"detail":"no such model"}`}, Delta{Error: "no such model", Usage: used(-1, 0)})
	checkStream(t, rerank{}, []string{`{"results":[{"index":0,"relevance_score":0.5}],"usage":{"prompt_tokens":11,"total_tokens":12}}`}, Delta{Content: Computed, Done: true, Usage: used(11, 0)})
}
