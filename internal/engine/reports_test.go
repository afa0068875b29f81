package engine

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What a server says about itself is kept, but for what is long or secret.
func TestSurvey(t *testing.T) {
	const key = "opensesame"
	mux := http.NewServeMux()
	answer := func(path, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
	}
	answer("POST /v1/chat/completions", chatStream)
	answer("/version", `{"version":"9","you":"`+key+`"}`)
	answer("/v1/models", `{"data":[{"id":"m","root":"http://me:pw@hub/m"}]}`)
	answer("/info", `{"model_id":"m","model_sha":"abc123","hf_token":"hf_zzzzzzzzzz","none":null}`)
	answer("/props", `{"chat_template":"`+strings.Repeat("x", 300)+`","total_slots":4,"a":{"b":{"c":{"d":{"e":1}}}}}`)
	s, err := OpenAI{Endpoint: serve(t, mux), Access: Access{APIKey: key}}.Open(t.Context(), Host{})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(s.Reports)
	const want = `{"/info":{"hf_token":"***","model_id":"m","model_sha":"abc123"},` +
		`"/props":{"a":{"b":{"c":{}}},"total_slots":4},"/v1/models":{"data":[{"id":"m","root":"http://***@hub/m"}]},"/version":{"version":"9","you":"***"}}`
	if string(got) != want || s.Revision != "abc123" {
		t.Errorf("revision %q, got %s\nwant %s", s.Revision, got, want)
	}
}

func TestSurveyOfNothing(t *testing.T) {
	for _, body := range []string{"", "null", "[]", `"text"`, "{}"} {
		s, err := OpenAI{Endpoint: serve(t, only("/health", body)), Model: "m"}.Open(t.Context(), Host{})
		if err != nil || s.Reports != nil {
			t.Errorf("%q: %+v, %v", body, s, err)
		}
	}
}
