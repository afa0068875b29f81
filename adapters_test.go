package splleed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/splleed/splleed"
)

// adapted is a server of one model with two LoRA adapters, as vLLM lists them.
type adapted struct {
	mu    sync.Mutex
	asked map[string]int // by "MODEL: PROMPT"
}

func (a *adapted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/v1/models":
		fmt.Fprint(w, `{"data":[{"id":"tiny","parent":null},{"id":"sql","parent":"tiny"},{"id":"chat","parent":"tiny"}]}`)
	case "/v1/completions":
		var ask struct{ Model, Prompt string }
		json.NewDecoder(r.Body).Decode(&ask)
		a.mu.Lock()
		a.asked[ask.Model+": "+ask.Prompt]++
		a.mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"index":0,"text":"!","finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`+"\n\ndata: [DONE]\n\n")
	}
}

// Requests of a class name its model, all others the server's own; so do those of the warm-up and after the window.
func TestMixOfAdapters(t *testing.T) {
	a := &adapted{asked: map[string]int{}}
	server := httptest.NewServer(a)
	defer server.Close()
	results, err := splleed.Benchmark{
		Backend: splleed.VLLM{Endpoint: server.URL}, ServerMetrics: "off", Runs: 60, Concurrency: []int{2},
		Mix: []splleed.Part{
			{Name: "queries", Weight: 3, Model: "sql", Prompts: []string{"for sql"}},
			{Name: "talk", Model: "chat", Prompts: []string{"for chat"}},
			{Name: "plain", Prompts: []string{"for tiny"}},
		},
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server.Close() // when all requests have ended
	if m := results.Model; m != "tiny" {
		t.Errorf("the model under test is %q", m)
	}
	sent := 0
	for class, model := range map[string]string{"queries": "sql", "talk": "chat", "plain": "tiny"} {
		measured := results.Results[0].Classes[class].NumSuccessful
		if got := a.asked[model+": for "+model]; measured == 0 || got < measured {
			t.Errorf("%s: the server saw %d requests, %d were measured", class, got, measured)
		}
		sent += measured
		delete(a.asked, model+": for "+model)
	}
	delete(a.asked, "tiny: Hello") // the first request, before the load
	if sent != 60 || len(a.asked) > 0 {
		t.Errorf("%d measured; with a model that is not their class's: %v", sent, a.asked)
	}
}

func TestMixOfUnknownModels(t *testing.T) {
	server := httptest.NewServer(&adapted{asked: map[string]int{}})
	defer server.Close()
	check := func(b splleed.Backend, want string) {
		t.Helper()
		_, err := splleed.Benchmark{Backend: b, Mix: []splleed.Part{{Name: "x", Model: "code", Prompts: []string{"p"}}}}.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	check(splleed.VLLM{Endpoint: server.URL}, `class "x" of the mix: `+server.URL+` does not serve the model "code"; it has "tiny", "sql", "chat"`)
	check(splleed.Sim{API: "native"}, `it wants the model "code", but requests to /generate_stream name none of their own`)
}
