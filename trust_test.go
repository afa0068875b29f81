package splleed_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// A server whose certificate nobody signed is measured only by those who say that they trust it.
func TestTrust(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(completion))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	b := splleed.Benchmark{
		Backend: splleed.OpenAI{Model: "m", API: "completions", Endpoint: server.URL}, Prompts: []string{"x"}, Runs: 2,
		Sampling: splleed.Sampling{MaxTokens: 1},
	}
	if _, err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a stranger was trusted: %v", err)
	}
	trusting, knowing := b, b
	trusting.Insecure, knowing.CAFile = true, file
	for _, b := range []splleed.Benchmark{trusting, knowing} {
		if results, err := b.Run(t.Context()); err != nil || len(results.Results) != 1 || results.Results[0].NumSuccessful != 2 {
			t.Errorf("insecure %v, ca_file %q: %v", b.Insecure, b.CAFile, err)
		}
	}
}

// Where nothing is encrypted, wishes about trust are ignored, and a server that runs already is not started anew.
func TestNothingToTrust(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(completion))
	defer server.Close()
	results, err := splleed.Benchmark{
		Backend: splleed.OpenAI{Model: "m", API: "completions", Endpoint: server.URL}, Prompts: []string{"x"}, Runs: 2,
		Sampling: splleed.Sampling{MaxTokens: 1}, Insecure: true, Trials: 2, RestartBetweenTrials: true,
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"insecure is ignored: ", "restart_between_trials is ignored: "} {
		if said := strings.Join(results.Warnings, "; "); strings.Count(said, want) != 1 {
			t.Errorf("warnings %q, want one: %s", said, want)
		}
	}
}

// A search opens the server by itself, on the same terms, and leaves one alone that it did not start.
func TestSearchOfARunningServer(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(completion))
	defer server.Close()
	results, err := splleed.Search{Benchmark: splleed.Benchmark{
		Backend: splleed.OpenAI{Model: "m", API: "completions", Endpoint: server.URL}, Prompts: []string{"x"}, Runs: 3,
		Sampling: splleed.Sampling{MaxTokens: 1}, Insecure: true,
	}, Goals: []string{"ttft_p50=10000"}, Max: 1}.Run(t.Context())
	if err != nil || len(results.Results) == 0 {
		t.Errorf("%v, %+v", err, results)
	}
}

func completion(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/health", "/v1/models", "/version":
		_, _ = w.Write([]byte(`{"data":[{"id":"m"}]}`))
	case "/v1/completions":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"))
	default:
		http.NotFound(w, r)
	}
}

func TestBadTrust(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := splleed.Benchmark{Backend: splleed.Sim{}, Prompts: []string{"x"}, CAFile: empty, Insecure: true}
	err := b.Validate()
	for _, want := range []string{"ca_file: ", "holds no certificate", "insecure: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
