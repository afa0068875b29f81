package engine

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// However a backend is printed, its key is not.
func TestSecretsAreNotPrinted(t *testing.T) {
	b := OpenAI{Access: Access{APIKey: "opensesame"}}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		for _, what := range []any{b, &b, b.APIKey} {
			if got := fmt.Sprintf(verb, what); strings.Contains(got, "opensesame") || !strings.Contains(got, "***") {
				t.Errorf("%s of a %T is %s", verb, what, got)
			}
		}
	}
	if got := fmt.Sprintf("%#v", Secret("")); got != `""` {
		t.Errorf("no secret is %s", got)
	}
}

// A server may quote the key that it was sent, wherever it answers.
func TestQuotedKeysAreStruck(t *testing.T) {
	const key = "opensesame"
	check := func(path string, status int, body string) {
		t.Helper()
		f := &fake{Models: []string{"a"}}
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				w.WriteHeader(status)
				fmt.Fprint(w, strings.ReplaceAll(body, "KEY", key))
				return
			}
			f.ServeHTTP(w, r)
		}))
		for _, b := range []Backend{
			VLLM{Endpoint: url, Access: Access{APIKey: key}},
			OpenAI{Endpoint: url, Model: "a", Path: "/v1/completions", Access: Access{APIKey: key}},
		} {
			s, err := b.Open(t.Context(), Host{})
			said := fmt.Sprint(err)
			if s != nil {
				said += fmt.Sprint(s.Warnings)
			}
			if strings.Contains(said, key) {
				t.Errorf("%s: %s", path, said)
			}
		}
	}
	check("/health", 500, "who is KEY?")
	check("/v1/models", 401, "who is KEY?")
	check("/v1/completions", 401, "who is KEY?")
	check("/v1/completions", 200, `data: {"error":{"message":"who is KEY?"}}`+"\n\n")
	check("/v1/completions", 200, "data: KEY\n\n")
}
