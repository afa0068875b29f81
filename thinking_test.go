package splleed_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed"
)

// thinker answers with some thoughts, and 30 ms later with something else.
func thinker(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/chat/completions" {
		w.Write([]byte(`{"data":[{"id":"m"}]}`))
		return
	}
	event := func(text string) {
		fmt.Fprintf(w, `data: {"choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]}`+"\n\n", text)
		w.(http.Flusher).Flush()
	}
	event("<thi")
	event("nk>hm")
	time.Sleep(30 * time.Millisecond)
	event("</think>Hi")
	fmt.Fprint(w, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3}}`+"\n\ndata: [DONE]\n\n")
}

func TestThinkTags(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(thinker))
	defer server.Close()
	run := func(tags ...string) splleed.Metric {
		t.Helper()
		b := splleed.Benchmark{
			Backend: splleed.OpenAI{Endpoint: server.URL}, Prompts: []string{"one"}, Runs: 3, ServerMetrics: "off", ThinkTags: tags,
		}
		results, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return results.Results[0].Metrics["ttfa"]
	}
	if m := run("<think>", "</think>"); m.Served.N != 3 || *m.Served.Min < 30 {
		t.Errorf("%d requests with a TTFA, %+v; want 3, 30 ms at least", m.Served.N, m.Served)
	}
	if m := run("</think>"); m.Served.N != 3 || *m.Served.Min < 30 {
		t.Errorf("opened by the prompt: %+v", m.Served)
	}
	if m := run(); m.Served.N != 0 {
		t.Errorf("without tags: %+v", m.Served)
	}
	for _, tags := range [][]string{{""}, {"a", "b", "c"}} {
		err := splleed.Benchmark{Backend: splleed.Sim{}, Prompts: []string{"one"}, ThinkTags: tags}.Validate()
		if err == nil || !strings.Contains(err.Error(), "think_tags: want the tag that opens") {
			t.Errorf("%q: %v", tags, err)
		}
	}
}
