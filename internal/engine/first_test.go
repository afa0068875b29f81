package engine

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/dialect"
)

// What a server refuses to know is left out, and said; nothing else is.
func TestRefusedFieldsAreLeftOut(t *testing.T) {
	f := &fake{Refuses: []string{"ignore_eos", "min_tokens"}}
	sampling := dialect.Sampling{MaxTokens: 50, MinTokens: 3, IgnoreEOS: true, TopK: 4}
	s, err := Transformers{Endpoint: serve(t, f), Model: "m"}.Open(t.Context(), Host{Sampling: sampling})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"sampling.ignore_eos is not sent: the server refuses it", "sampling.min_tokens is not sent: the server refuses it"}
	if !slices.Equal(s.Warnings, want) {
		t.Errorf("warnings %q, want %q", s.Warnings, want)
	}
	data, err := s.Dialect.Body(dialect.Request{Model: "m", Prompt: "p", Sampling: sampling})
	var body map[string]any
	if err != nil || json.Unmarshal(data, &body) != nil {
		t.Fatal(err)
	}
	if body["top_k"] != 4.0 || body["max_tokens"] != 50.0 || body["min_tokens"] != nil || body["ignore_eos"] != nil {
		t.Errorf("body %s", data)
	}
}

// Newer models of OpenAI take max_tokens under another name alone.
func TestMaxCompletionTokens(t *testing.T) {
	s := &Server{Dialect: chatOf(t)}
	message := `"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."`
	if got := named(message, dialect.Sampling{}); got != "max_tokens" {
		t.Fatalf("names %q", got)
	}
	s.leaveOut("max_tokens")
	if data, err := s.Dialect.Body(dialect.Request{Sampling: dialect.Sampling{MaxTokens: 5}}); err != nil || !strings.Contains(string(data), `"max_completion_tokens":5`) {
		t.Errorf("%s, %v", data, err)
	}
}

// Mistral's service counts tokens unasked, and refuses to be asked.
func TestStreamOptionsAreLeftOut(t *testing.T) {
	refuses := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "stream_options") {
			w.WriteHeader(http.StatusUnprocessableEntity)
			io.WriteString(w, `{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options","include_usage"],"msg":"Extra inputs are not permitted","input":true}]},"type":"invalid_request_error"}`)
			return
		}
		io.WriteString(w, chatStream)
	})
	s, err := OpenAI{Endpoint: serve(t, postTo(refuses))}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "stream_options is not sent: the server refuses it. It may not count its tokens"; !slices.Equal(s.Warnings, []string{want}) {
		t.Errorf("warnings %q, want %q", s.Warnings, want)
	}
	if body, err := s.Dialect.Body(dialect.Request{Prompt: "p"}); err != nil || strings.Contains(string(body), "stream_options") {
		t.Errorf("%s, %v", body, err)
	}
}

func chatOf(t *testing.T) dialect.Dialect {
	t.Helper()
	d, ok := dialect.Named("chat")
	if !ok {
		t.Fatal("no chat")
	}
	return d
}

// A server that is healthy and does not generate is not ready, one that is only busy is.
func TestConnectGenerates(t *testing.T) {
	refuses := func(f *fake, want string) {
		t.Helper()
		if _, err := (VLLM{Endpoint: serve(t, f), Model: "a"}).Open(t.Context(), Host{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	refuses(&fake{Models: []string{"a"}, Generate: 400}, "calls itself healthy, but does not generate")
	refuses(&fake{Models: []string{"a"}, Broken: 9}, "warming up")
	f := &fake{Models: []string{"a"}, Broken: 2}
	if _, err := (VLLM{Endpoint: serve(t, f), Model: "a"}).Open(t.Context(), Host{}); err != nil || f.generated.Load() != 3 {
		t.Errorf("error %v after %d requests", err, f.generated.Load())
	}
	// A value that is refused is the user's business: no field is left out for it.
	if got := unknownField.MatchString(`422 "temperature must be strictly positive"`); got {
		t.Error("a bad value passes for an unknown field")
	}
}

// The first token takes no longer than the load's may.
func TestFirstTokenHasALimit(t *testing.T) {
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.(http.Flusher).Flush() // headers, and nothing after them
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}
	}))
	t.Cleanup(silent.Close)
	_, err := OpenAI{Endpoint: silent.URL, Path: "/v1/completions", Model: "a"}.Open(t.Context(), Host{FirstLimit: time.Second})
	if want := "/v1/completions: no token within 1s"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// A success without a token is shown as it came, and is not asked for again.
func TestSuccessThatIsNoStream(t *testing.T) {
	check := func(kind, body, want string) {
		t.Helper()
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				asked++
				w.Header().Set("Content-Type", kind)
				io.WriteString(w, body)
			}
		}))
		defer s.Close()
		_, err := OpenAI{Endpoint: s.URL, Path: "/v1/completions", Model: "a"}.Open(t.Context(), Host{})
		if err == nil || !strings.HasSuffix(err.Error(), want) || asked != 1 {
			t.Errorf("asked %d times: %v, want %q", asked, err, want)
		}
	}
	check("text/html; charset=utf-8", "<html>\n<body>", `first request: the response holds no token: 200 text/html "<html>"`)
	check("application/json", `{"choices": [{"text": "hi"}]}`, `the response holds no token: 200 application/json "{\"choices\": [{\"text\": \"hi\"}]}": the server does not stream; ask for answers in one piece (--no-stream)`)
}

func TestWaitingIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		come := Host{Say: func(words string) { said = append(said, words) }}.waiting("waiting for the first token")
		time.Sleep(7 * time.Second)
		come()
		time.Sleep(time.Minute)
		if want := []string{"waiting for the first token (3 s)", "waiting for the first token (6 s)"}; !slices.Equal(said, want) {
			t.Errorf("said %q, want %q", said, want)
		}
	})
}

func TestNewEnginesConnect(t *testing.T) {
	check := func(b Backend, model, version, path string) {
		t.Helper()
		s, err := b.Open(t.Context(), Host{})
		if err != nil {
			t.Errorf("%T: %v", b, err)
			return
		}
		if s.Model != model || s.Version != version || s.Dialect.Path() != path {
			t.Errorf("%T: model %q, version %q, path %s", b, s.Model, s.Version, s.Dialect.Path())
		}
	}
	fake := func(models ...string) string { return serve(t, &fake{Models: models}) }
	check(SGLang{Endpoint: fake("org/n")}, "org/n", "0.5.23", "/v1/completions")
	check(Ollama{Endpoint: fake("llama3.2:latest", "b:1b"), Model: "llama3.2"}, "llama3.2", "0.12.3", "/api/generate")
	check(Transformers{Endpoint: fake("x"), Model: "x"}, "x", "", "/v1/chat/completions")
	check(OpenAI{Endpoint: fake("x"), Preset: "openvino"}, "x", "0.32.0", "/v3/chat/completions")
	check(OpenAI{Endpoint: fake("x"), Preset: "anthropic", Access: Access{APIKey: "k"}}, "x", "0.32.0", "/v1/messages")
}

func TestPresetKeys(t *testing.T) {
	o := OpenAI{Preset: "anthropic"}.with(presets["anthropic"])
	header, err := o.Access.header(env("ANTHROPIC_API_KEY", "k"))
	if err != nil || header["X-Api-Key"] != "k" || header["Authorization"] != "" || o.Endpoint == "" {
		t.Errorf("%v, %v", header, err)
	}
	if o := (OpenAI{Preset: "openai", Endpoint: "http://h", Access: Access{APIKey: "k"}}).with(presets["openai"]); o.APIKeyEnv != "" || o.Endpoint != "http://h" {
		t.Errorf("%+v", o)
	}
}

func TestNewEnginesArgs(t *testing.T) {
	check := func(args []string, want string) {
		t.Helper()
		if got := strings.Join(args, " "); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	check(SGLang{Model: "m"}.args(30000), "serve --model-path m --host 127.0.0.1 --port 30000 --enable-metrics --log-level warning")
	check(SGLang{
		Model: "m", TensorParallel: 2, DataParallel: 3, MemFractionStatic: 0.8, MaxRunningRequests: 4, ContextLength: 5, ChunkedPrefillSize: 6,
		EnablePrefixCaching: ptr(false), Quantization: "fp8", DType: "half", TrustRemoteCode: true, Launch: Launch{Quiet: ptr(false)},
		ExtraArgs: map[string]any{"lora_paths": []string{"a", "b"}, "enable_x": true, "enable_y": false},
	}.args(1), "serve --model-path m --host 127.0.0.1 --port 1 --enable-metrics --tp-size 2 --dp-size 3 --mem-fraction-static 0.8 --max-running-requests 4 "+
		"--context-length 5 --chunked-prefill-size 6 --disable-radix-cache --quantization fp8 --dtype half --trust-remote-code --enable-x --lora-paths a b")
	check(Transformers{Model: "m", Device: "cpu", DType: "auto", ContinuousBatching: true, TrustRemoteCode: true}.args(8000),
		"serve m --host 127.0.0.1 --port 8000 --device cpu --dtype auto --continuous-batching --trust-remote-code")
	check(Ollama{}.environ(11434), "OLLAMA_HOST=127.0.0.1:11434")
	check(Ollama{Parallel: 1, ContextLength: 2, MaxQueue: 3, KeepAlive: "-1", FlashAttention: ptr(false), KVCacheType: "f16", ModelsDir: "/m"}.environ(1),
		"OLLAMA_HOST=127.0.0.1:1 OLLAMA_NUM_PARALLEL=1 OLLAMA_CONTEXT_LENGTH=2 OLLAMA_MAX_QUEUE=3 OLLAMA_KEEP_ALIVE=-1 OLLAMA_FLASH_ATTENTION=false OLLAMA_KV_CACHE_TYPE=f16 OLLAMA_MODELS=/m")
}

// Anthropic refuses whatever does not name the version of its API: the questions before the load, too.
func TestQuestionsCarryTheHeadersOfTheAPI(t *testing.T) {
	f := &fake{Models: []string{"x"}}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("anthropic-version") == "" {
			http.Error(w, `{"error":{"message":"anthropic-version: header is required"}}`, http.StatusBadRequest)
			return
		}
		f.ServeHTTP(w, r)
	}))
	s, err := OpenAI{Endpoint: url, Preset: "anthropic", Access: Access{APIKey: "k"}}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Header) != 2 || s.Header["X-Api-Key"] != "k" || s.Header["anthropic-version"] == "" {
		t.Errorf("header %v", s.Header)
	}
}

// OpenAI writes its errors over several lines.
func TestErrorsOverSeveralLines(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Method == http.MethodGet:
			io.WriteString(w, `{"data":[{"id":"m"}]}`)
		case strings.Contains(string(body), `"max_tokens"`):
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, "{\n  \"error\": {\n    \"message\": \"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.\",\n    \"code\": \"unsupported_parameter\"\n  }\n}")
		default:
			io.WriteString(w, chatStream)
		}
	}))
	if _, err := (OpenAI{Endpoint: url}).Open(t.Context(), Host{}); err != nil {
		t.Error(err)
	}
}

// OpenAI's newer models take no request for one token: they are asked for as many as the load will ask for.
func TestOneTokenIsTooFew(t *testing.T) {
	check := func(api, field, refusal, stream string) {
		t.Helper()
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body map[string]any
			switch json.NewDecoder(r.Body).Decode(&body); {
			case r.Method == http.MethodGet:
				io.WriteString(w, `{"data":[{"id":"m"}]}`)
			case body[field] != 40.0:
				w.WriteHeader(http.StatusBadRequest)
				io.WriteString(w, `{"error":{"message":"`+refusal+`"}}`)
			default:
				io.WriteString(w, stream)
			}
		}))
		if _, err := (OpenAI{Endpoint: url, API: api}).Open(t.Context(), Host{Sampling: dialect.Sampling{MaxTokens: 40}}); err != nil {
			t.Error(err)
		}
	}
	check("responses", "max_output_tokens", "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
		`data: {"type":"response.output_text.delta","delta":"!"}`+"\n\n"+`data: {"type":"response.completed","response":{"status":"completed"}}`+"\n\n")
	check("chat", "max_tokens", "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.", chatStream)
}
