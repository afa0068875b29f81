package dialect

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// everything sets all sampling fields.
func everything() Sampling {
	temperature, frequency, presence, seed := 0.7, 0.0, 1.5, int64(0)
	return Sampling{
		MaxTokens: 64, MinTokens: 8, Temperature: &temperature, TopP: 0.9, TopK: 40, FrequencyPenalty: &frequency,
		PresencePenalty: &presence, RepetitionPenalty: 1.1, IgnoreEOS: true, Stop: []string{"\n", "END"}, Seed: &seed,
	}
}

func checkBody(t *testing.T, d Dialect, r Request, want string) {
	t.Helper()
	got, err := d.Body(r)
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBodies(t *testing.T) {
	greedy := 0.0
	plain := Request{Model: "m", Prompt: "<é> & \"q\"\n"}
	all := Request{Model: "m", Prompt: "p", Sampling: everything(), ContinuousUsage: true}

	checkBody(t, completions{}, plain, `{"model":"m","prompt":"<é> & \"q\"\n","max_tokens":128,"stream":true,"stream_options":{"include_usage":true}}`)
	checkBody(t, completions{}, Request{Prompt: "p", Sampling: Sampling{Temperature: &greedy, MaxTokens: 5}},
		`{"prompt":"p","max_tokens":5,"temperature":0,"stream":true,"stream_options":{"include_usage":true}}`)
	checkBody(t, completions{}, all, `{"model":"m","prompt":"p","max_tokens":64,"min_tokens":8,"temperature":0.7,"top_p":0.9,"top_k":40,
		"frequency_penalty":0,"presence_penalty":1.5,"repetition_penalty":1.1,"ignore_eos":true,"stop":["\n","END"],"seed":0,
		"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`)

	checkBody(t, chat{}, plain, `{"model":"m","messages":[{"role":"user","content":"<é> & \"q\"\n"}],"max_tokens":128,"stream":true,"stream_options":{"include_usage":true}}`)
	checkBody(t, chat{}, all, `{"model":"m","messages":[{"role":"user","content":"p"}],"max_tokens":64,"min_tokens":8,"temperature":0.7,"top_p":0.9,"top_k":40,
		"frequency_penalty":0,"presence_penalty":1.5,"repetition_penalty":1.1,"ignore_eos":true,"stop":["\n","END"],"seed":0,
		"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`)

	checkBody(t, tgi{}, plain, `{"inputs":"<é> & \"q\"\n","parameters":{"max_new_tokens":128,"details":true}}`)
	checkBody(t, tgi{}, all, `{"inputs":"p","parameters":{"max_new_tokens":64,"do_sample":true,"temperature":0.7,"top_p":0.9,"top_k":40,
		"frequency_penalty":0,"repetition_penalty":1.1,"stop":["\n","END"],"seed":0,"details":true}}`)
	tgiSampling := func(s Sampling, want string) {
		t.Helper()
		checkBody(t, tgi{}, Request{Prompt: "p", Sampling: s}, `{"inputs":"p","parameters":{"max_new_tokens":128,"details":true`+want+`}}`)
	}
	tgiSampling(Sampling{Temperature: &greedy}, `,"do_sample":false`)
	tgiSampling(Sampling{Temperature: &greedy, TopP: 0.9, TopK: 40}, `,"do_sample":false`)
	tgiSampling(Sampling{TopP: 1, TopK: -1}, ``)
	tgiSampling(Sampling{TopP: 0.5, TopK: 3}, `,"top_p":0.5,"top_k":3`)
}

// Every field of Sampling has a name in set, but for max_tokens, which is always sent.
func TestEveryFieldCanBeSet(t *testing.T) {
	got := everything().Set()
	if fields := reflect.TypeFor[Sampling]().NumField(); len(got) != fields-1 {
		t.Errorf("%d of %d fields are set: %v", len(got), fields, got)
	}
	if got := (Sampling{MaxTokens: 9}).Set(); len(got) > 0 {
		t.Errorf("nothing is set, and yet %v", got)
	}
}

func TestNativeBodies(t *testing.T) {
	plain := Request{Model: "m", Prompt: "p"}
	all := Request{Model: "m", Prompt: "p", Sampling: everything()}
	checkBody(t, llamaCpp{}, plain, `{"prompt":"p","n_predict":128,"stream":true,"return_tokens":true}`)
	checkBody(t, llamaCpp{}, all, `{"prompt":"p","n_predict":64,"stream":true,"return_tokens":true,"temperature":0.7,"top_p":0.9,"top_k":40,
		"frequency_penalty":0,"presence_penalty":1.5,"repeat_penalty":1.1,"ignore_eos":true,"seed":0,"stop":["\n","END"]}`)
	checkBody(t, llamaCpp{}, Request{Prompt: "p", Sampling: Sampling{TopK: -1}}, `{"prompt":"p","n_predict":128,"stream":true,"return_tokens":true,"top_k":0}`)
	checkBody(t, ollama{}, plain, `{"model":"m","prompt":"p","stream":true,"options":{"num_predict":128}}`)
	options := `"options":{"num_predict":64,"temperature":0.7,"top_p":0.9,"top_k":40,"frequency_penalty":0,"presence_penalty":1.5,"repeat_penalty":1.1,"seed":0,"stop":["\n","END"]}`
	checkBody(t, ollama{}, all, `{"model":"m","prompt":"p","stream":true,`+options+`}`)
	checkBody(t, ollamaChat{}, all, `{"model":"m","messages":[{"role":"user","content":"p"}],"stream":true,`+options+`}`)
	checkBody(t, ollama{}, Request{Prompt: "p", ExtraBody: map[string]any{"raw": true, "options": map[string]any{"num_ctx": 9, "num_predict": 3}}},
		`{"prompt":"p","stream":true,"raw":true,"options":{"num_predict":3,"num_ctx":9}}`)
	checkBody(t, responses{}, all, `{"model":"m","input":"p","max_output_tokens":64,"stream":true,"temperature":0.7,"top_p":0.9}`)
	checkBody(t, messages{}, all, `{"model":"m","messages":[{"role":"user","content":"p"}],"max_tokens":64,"stream":true,"temperature":0.7,"top_p":0.9,"top_k":40,"stop_sequences":["\n","END"]}`)
	checkBody(t, embeddings{}, all, `{"model":"m","input":"p"}`)
	checkBody(t, rerank{}, all, `{"model":"m","query":"p","documents":["p"]}`)
	checkBody(t, rerank{}, Request{Prompt: "q\na\nb\n"}, `{"query":"q","documents":["a","b"]}`)
	checkBody(t, rerank{}, Request{Prompt: "q", ExtraBody: map[string]any{"documents": []string{"x"}}}, `{"query":"q","documents":["x"]}`)
}

// Without streaming, a body says so and asks for nothing that goes with streams.
func TestUnstreamed(t *testing.T) {
	check := func(d Dialect, path, want string) {
		t.Helper()
		whole, ok := Unstreamed(d)
		if !ok || whole.Framing() != Whole || whole.Path() != path {
			t.Fatalf("%T: %v, %v", d, whole, ok)
		}
		checkBody(t, whole, Request{Prompt: "p", ContinuousUsage: true}, want)
	}
	check(completions{}, "/v1/completions", `{"prompt":"p","max_tokens":128,"stream":false}`)
	check(chat{}, "/v1/chat/completions", `{"messages":[{"role":"user","content":"p"}],"max_tokens":128,"stream":false}`)
	check(At("/x", chat{}), "/x", `{"messages":[{"role":"user","content":"p"}],"max_tokens":128,"stream":false}`)
	check(tgi{}, "/generate", `{"inputs":"p","parameters":{"max_new_tokens":128,"details":true}}`)
	check(llamaCpp{}, "/completion", `{"prompt":"p","n_predict":128,"stream":false,"return_tokens":true}`)
	check(ollama{}, "/api/generate", `{"prompt":"p","stream":false,"options":{"num_predict":128}}`)
	check(ollamaChat{}, "/api/chat", `{"messages":[{"role":"user","content":"p"}],"stream":false,"options":{"num_predict":128}}`)
	check(responses{}, "/v1/responses", `{"input":"p","max_output_tokens":128,"stream":false}`)
	check(messages{}, "/v1/messages", `{"messages":[{"role":"user","content":"p"}],"max_tokens":128,"stream":false}`)
	for _, d := range []Dialect{embeddings{}, rerank{}, At("/x", rerank{})} {
		if whole, ok := Unstreamed(d); ok {
			t.Errorf("%T never streams, and yet %v", d, whole)
		}
	}
	if h := Header(At("/x", messages{})); h["anthropic-version"] == "" {
		t.Errorf("headers %v", h)
	}
}

func TestExtraBody(t *testing.T) {
	extra := map[string]any{
		"max_tokens": 7, "stream_options": nil, "parameters": map[string]any{"max_new_tokens": 9, "watermark": true}, "x": []int{1},
	}
	checkBody(t, completions{}, Request{Prompt: "p", ExtraBody: extra},
		`{"prompt":"p","max_tokens":7,"stream":true,"stream_options":null,"parameters":{"max_new_tokens":9,"watermark":true},"x":[1]}`)
	checkBody(t, tgi{}, Request{Prompt: "p", ExtraBody: extra},
		`{"inputs":"p","max_tokens":7,"stream_options":null,"parameters":{"max_new_tokens":9,"details":true,"watermark":true},"x":[1]}`)
	if len(extra) != 4 || len(extra["parameters"].(map[string]any)) != 2 {
		t.Errorf("the caller's map was changed: %v", extra)
	}
}

func TestAltered(t *testing.T) {
	r := Request{Prompt: "<p>", Sampling: Sampling{MaxTokens: 5, IgnoreEOS: true, TopK: 3}}
	d := Altered(Altered(At("/x", chat{}), "ignore_eos", ""), "max_tokens", "max_completion_tokens")
	checkBody(t, d, r, `{"messages":[{"role":"user","content":"<p>"}],"max_completion_tokens":5,"top_k":3,"stream":true,"stream_options":{"include_usage":true}}`)
	whole, ok := Unstreamed(d)
	if !ok || whole.Path() != "/x" {
		t.Fatal(whole, ok)
	}
	checkBody(t, whole, r, `{"messages":[{"role":"user","content":"<p>"}],"max_completion_tokens":5,"top_k":3,"stream":false}`)
}

func TestBodyRefusesBrokenText(t *testing.T) {
	for name, d := range table {
		if body, err := d.Body(Request{Prompt: "a\xff"}); err == nil {
			t.Errorf("%s sends %s", name, body)
		}
		if body, err := d.Body(Request{ExtraBody: map[string]any{"x": func() {}}}); err == nil {
			t.Errorf("%s sends %s", name, body)
		}
	}
}

func TestUnsupported(t *testing.T) {
	check := func(d Dialect, s Sampling, want ...string) {
		t.Helper()
		if got := Unsupported(d, s); !slices.Equal(got, want) {
			t.Errorf("%T: got %v, want %v", d, got, want)
		}
	}
	lacks := []string{"min_tokens", "presence_penalty", "ignore_eos"}
	check(tgi{}, everything(), lacks...)
	check(At("/x", tgi{}), everything(), lacks...)
	check(tgi{}, Sampling{TopK: -1})
	check(chat{}, everything())
	check(llamaCpp{}, everything(), "min_tokens")
	check(ollamaChat{}, everything(), "min_tokens", "ignore_eos")
	check(messages{}, everything(), "min_tokens", "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "seed")
	check(responses{}, everything(), "min_tokens", "top_k", "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "stop", "seed")
	check(embeddings{}, Sampling{MaxTokens: 5, IgnoreEOS: true}, "ignore_eos")
}

func TestNamed(t *testing.T) {
	if got, want := Names(), []string{"chat", "completions", "embeddings", "llamacpp", "messages", "ollama", "ollama-chat", "rerank", "responses", "tgi"}; !slices.Equal(got, want) {
		t.Errorf("names: got %v, want %v", got, want)
	}
	check := func(name, path string) {
		t.Helper()
		if d, ok := Named(name); ok != (path != "") || ok && d.Path() != path {
			t.Errorf("%q: got %v, %v", name, d, ok)
		}
	}
	check("completions", "/v1/completions")
	check("Chat", "/v1/chat/completions")
	check("tgi", "/generate_stream")
	check("ollama-chat", "/api/chat")
	check("gemini", "")
	if d := At("/custom", chat{}); d.Path() != "/custom" || d.Framing() != SSE {
		t.Errorf("moved: %v", d.Path())
	}
}
