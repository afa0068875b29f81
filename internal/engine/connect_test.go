package engine

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// serve runs a handler on loopback until the test ends and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func env(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestConnect(t *testing.T) {
	check := func(b Backend, model, version, path string) {
		t.Helper()
		s, err := b.Open(t.Context(), Host{})
		if err != nil {
			t.Error(err)
			return
		}
		if s.Model != model || s.Version != version || s.Dialect.Path() != path {
			t.Errorf("%T: model %q, version %q, path %s; want %q, %q, %s", b, s.Model, s.Version, s.Dialect.Path(), model, version, path)
		}
		if s.Managed || s.Close != nil || s.StartID != "" || len(s.Warnings) > 0 {
			t.Errorf("%T: %+v", b, s)
		}
	}
	one := serve(t, &fake{Models: []string{"a"}})
	check(VLLM{Endpoint: one}, "a", "0.32.0", "/v1/completions")
	check(VLLM{Endpoint: one, Model: "a", API: "chat"}, "a", "0.32.0", "/v1/chat/completions")
	check(VLLM{Endpoint: one + "/v1/"}, "a", "0.32.0", "/v1/completions")
	check(OpenAI{Endpoint: one}, "a", "0.32.0", "/v1/chat/completions")
	check(OpenAI{Endpoint: one, Path: "/here"}, "a", "0.32.0", "/here")
	check(TGI{Endpoint: one}, "a", "3.3.6", "/generate_stream")
	check(TGI{Endpoint: one, Model: "a"}, "a", "3.3.6", "/generate_stream")

	many := serve(t, &fake{Models: []string{"a", "b"}})
	check(VLLM{Endpoint: many, Model: "b"}, "b", "0.32.0", "/v1/completions")

	// Adapters are models to ask for, but not the one that is meant where none is named.
	adapted := serve(t, &fake{Models: []string{"a"}, Adapters: []string{"sql", "chat"}})
	check(VLLM{Endpoint: adapted}, "a", "0.32.0", "/v1/completions")
	check(OpenAI{Endpoint: adapted}, "a", "0.32.0", "/v1/chat/completions")
	check(SGLang{Endpoint: adapted}, "a", "0.5.23", "/v1/completions")
	check(VLLM{Endpoint: adapted, Model: "chat"}, "chat", "0.32.0", "/v1/completions")

	// A server that knows nothing but its models; one whose list fails (transformers serve).
	check(OpenAI{Endpoint: serve(t, only("/v1/models", `{"data":[{"id":"m"}]}`))}, "m", "", "/v1/chat/completions")
	check(OpenAI{Endpoint: serve(t, only("/health", "")), Model: "m"}, "m", "", "/v1/chat/completions")
	check(OpenAI{Endpoint: serve(t, only("/v1/models", `{"data":[]}`)), Model: "m"}, "m", "", "/v1/chat/completions")

	// Behind a prefix.
	check(VLLM{Endpoint: serve(t, http.StripPrefix("/llm", &fake{Models: []string{"a"}})) + "/llm/v1"}, "a", "0.32.0", "/v1/completions")
}

// TGI looks at no model's name, so another one changes nothing but what results say.
func TestConnectToTGIByAnotherName(t *testing.T) {
	s, err := TGI{Endpoint: serve(t, &fake{Models: []string{"/data/a"}}), Model: "a"}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "a" || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], `its model is "/data/a"; results call it "a"`) {
		t.Errorf("model %q, warnings %q", s.Model, s.Warnings)
	}
}

// A simulated server is labelled as one, whatever it was taken for.
func TestConnectToSimulated(t *testing.T) {
	simulated, err := Sim{}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	defer simulated.Close()
	for _, b := range []Backend{VLLM{Endpoint: simulated.URL}, OpenAI{Endpoint: simulated.URL}, TGI{Endpoint: simulated.URL}} {
		if s, err := b.Open(t.Context(), Host{}); err != nil || !s.Simulated {
			t.Errorf("%T: %+v, %v; want it labelled as simulated", b, s, err)
		}
	}
}

// only answers one path.
func only(path, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprint(w, chatStream)
			return
		}
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, body)
	})
}

func TestConnectRefuses(t *testing.T) {
	check := func(b Backend, wants ...string) {
		t.Helper()
		s, err := b.Open(t.Context(), Host{Getenv: env("BAD_KEY", "a\nb")})
		if err == nil {
			t.Errorf("%T connected to %s", b, s.URL)
			return
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not say %q", err, want)
			}
		}
	}
	// Not an inference server at all: each with what it answered.
	web := serve(t, http.NotFoundHandler())
	check(VLLM{Endpoint: web}, web+` answered /health with 404 text/plain "404 page not found": is it an inference server?`)
	shop := serve(t, &fake{Health: "html", APIKey: "x"})
	check(OpenAI{Endpoint: serve(t, page(200, "text/html", "\n<html>\n<body>")), Model: "m"}, `answered /health with 200 text/html "<html>": is it an inference server?`)
	check(VLLM{Endpoint: shop}, "/v1/models with 401", "api_key_env")
	check(VLLM{Endpoint: serve(t, page(302, "", ""))}, "/health with 302")
	moved := http.RedirectHandler("https://elsewhere/v1", http.StatusMovedPermanently)
	check(VLLM{Endpoint: serve(t, moved)}, `/health with 301, a redirect to "https://elsewhere/v1", which is not followed: is that where 'endpoint' should point?`)
	check(VLLM{Endpoint: serve(t, postTo(moved))}, `/v1/completions was answered with 301, a redirect to "https://elsewhere/v1", which is not followed`)
	// The load takes no compressed answers.
	packed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		fmt.Fprint(z, chatStream)
	})
	check(OpenAI{Endpoint: serve(t, postTo(packed))}, `compressed with "gzip", although nobody asked for that`)
	check(VLLM{Endpoint: serve(t, page(500, "text/plain", "engine dead"))}, `/health with 500 text/plain "engine dead"`)
	check(VLLM{Endpoint: serve(t, &fake{Loading: 1})}, "503", "Loading model", "is it still loading its model?")

	// The wrong model.
	many := serve(t, &fake{Models: []string{"a", "b"}})
	check(VLLM{Endpoint: many, Model: "c"}, `does not serve the model "c"; it has "a", "b"`)
	check(OpenAI{Endpoint: many, Model: "c"}, `it has "a", "b"`)
	check(VLLM{Endpoint: many}, `which model?`, `"a", "b"`)
	check(VLLM{Endpoint: serve(t, &fake{Models: []string{"a"}, Adapters: []string{"sql"}}), Model: "c"}, `it has "sql", "a"`)
	check(VLLM{Endpoint: serve(t, only("/v1/models", `{"data":[{"id":"x","parent":"gone"},{"id":"y","parent":"gone"}]}`))}, `which model?`, `"x", "y"`)
	check(OpenAI{Endpoint: serve(t, only("/health", ""))}, "which model?", "/v1/models with 404")
	check(OpenAI{Endpoint: serve(t, only("/v1/models", `{"data":[]}`))}, "which model?", "lists none")

	// The key.
	locked := serve(t, &fake{APIKey: "right", Models: []string{"a"}})
	check(VLLM{Endpoint: locked}, "/v1/models with 401", "api_key_env")
	check(VLLM{Endpoint: locked, Access: Access{APIKeyEnv: "NO_KEY"}}, "NO_KEY", "is not set")
	check(VLLM{Endpoint: locked, Access: Access{APIKeyEnv: "BAD_KEY"}}, "BAD_KEY", "not one line")

	// Bad configuration is refused in Open too.
	check(VLLM{}, "Either 'endpoint' or 'model'")
}

// postTo is a server with a model, whose requests for tokens go elsewhere.
func postTo(h http.Handler) http.Handler {
	server := &fake{Models: []string{"a"}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			h.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

func page(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

func TestConnectWhereNothingListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	check := func(b Backend, want string) {
		t.Helper()
		_, err := b.Open(t.Context(), Host{})
		if !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	check(VLLM{Endpoint: url}, "nothing listens at "+url+
		": connection refused: start the server there, or correct 'endpoint', or leave it out and splleed starts one")
	check(OpenAI{Endpoint: url}, "nothing listens at "+url+": connection refused: start the server there, or correct 'endpoint'")
}

func TestConnectEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	if _, err := (VLLM{Endpoint: url}).Open(ctx, Host{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A server that accepts and stays silent costs probeLimit, not forever.
func TestConnectToAHangingServer(t *testing.T) {
	_, err := VLLM{Endpoint: serve(t, &fake{Health: "hang"})}.Open(t.Context(), Host{})
	if err == nil || !strings.Contains(err.Error(), "/health: no answer within 5s") {
		t.Errorf("error %v", err)
	}
}

// A path of the user's own is taken at his word: there may be nothing else at that server.
func TestConnectWithACustomPath(t *testing.T) {
	url := serve(t, only("", ""))
	s, err := OpenAI{Endpoint: url, Path: "/x", Model: "m"}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "m" || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "/health with 404") {
		t.Errorf("%+v", s)
	}
}

func TestHeaders(t *testing.T) {
	locked := serve(t, &fake{APIKey: "right", Models: []string{"a"}})
	check := func(a Access, want string) {
		t.Helper()
		s, err := VLLM{Endpoint: locked, Access: a}.Open(t.Context(), Host{Getenv: env("KEY", "right\n")})
		if err != nil {
			t.Error(err)
			return
		}
		if got := fmt.Sprint(s.Header); got != want {
			t.Errorf("header %s, want %s", got, want)
		}
	}
	check(Access{APIKey: "right"}, "map[Authorization:Bearer right]")
	check(Access{APIKeyEnv: "KEY"}, "map[Authorization:Bearer right]")
	check(Access{Headers: map[string]string{"Authorization": "Bearer right", "X-Team": "a"}}, "map[Authorization:Bearer right X-Team:a]")
}

// The load has only the proxy that the user names, so the questions before it have no other.
func TestNoProxyFromTheEnvironment(t *testing.T) {
	if p := newProber("http://h", nil, nil, nil); p.client.Transport.(*http.Transport).Proxy != nil {
		t.Error("probes use a proxy")
	}
}

// Together lists its models without a frame around them.
func TestModelsInABareList(t *testing.T) {
	url := serve(t, only("/v1/models", ` [{"id":"org/a","object":"model"},{"id":"org/b"}]`))
	s, err := OpenAI{Endpoint: url, Model: "org/b"}.Open(t.Context(), Host{})
	if err != nil || len(s.Models) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := (OpenAI{Endpoint: url, Model: "c"}).Open(t.Context(), Host{}); err == nil || !strings.Contains(err.Error(), `it has "org/a", "org/b"`) {
		t.Errorf("error %v", err)
	}
}

// OpenRouter says hundreds of words of each of its hundreds of models.
func TestModelsInALongList(t *testing.T) {
	one := fmt.Sprintf(`{"id":"a","description":%q},`, strings.Repeat("x", 4<<10))
	url := serve(t, only("/v1/models", `{"data":[`+strings.Repeat(one, 500)+`{"id":"last"}]}`))
	if _, err := (OpenAI{Endpoint: url, Model: "last"}).Open(t.Context(), Host{}); err != nil {
		t.Error(err)
	}
}
