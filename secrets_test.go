package splleed_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// A server that quotes all that it was sent, in its errors and when asked about itself: nothing that splleed writes holds
// a secret.
func TestNoSecretInAnyOutput(t *testing.T) {
	const key, tenant, hub = "opensesame-42", "tenant-secret", "hf_abcdefghijkl"
	quote := func(r *http.Request) string {
		return fmt.Sprintf("key %s of %s, HF_TOKEN=%s", r.Header.Get("Authorization"), r.Header.Get("X-Tenant"), hub)
	}
	trusting := true // until it has generated once
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/health":
		case "/v1/models":
			fmt.Fprintf(w, `{"data":[{"id":"m"}],"note":%q,"hub":"https://me:pass-word@hub/?token=query-secret"}`, quote(r))
		default:
			if trusting && r.Method == http.MethodPost {
				trusting = false
				fmt.Fprint(w, `data: {"choices":[{"delta":{"content":"!"},"finish_reason":"length"}]}`+"\n\n")
				return
			}
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":{"message":%q}}`, quote(r))
		}
	}))
	defer s.Close()
	var out, records bytes.Buffer
	b := splleed.Benchmark{
		Backend: splleed.OpenAI{Endpoint: s.URL, Access: splleed.Access{
			APIKey: key, Headers: map[string]string{"X-Tenant": tenant}, ExtraBody: map[string]any{"hf_token": hub},
		}},
		Prompts: []string{"x"}, Runs: 2, Records: &records,
		Progress: func(p splleed.Progress) { fmt.Fprintf(&out, "%+v\n", p) },
	}
	results, err := b.Run(t.Context())
	if results == nil || err == nil {
		t.Fatalf("results %v, error %v; want both", results, err)
	}
	fmt.Fprintln(&out, err)
	if _, err := b.Backend.Open(t.Context(), splleed.Host{}); err == nil || !strings.Contains(err.Error(), "does not generate") {
		t.Errorf("error %v, want one about the first request", err)
	} else {
		fmt.Fprintln(&out, err)
	}
	asJSON, bad := results.ToJSON()
	asCSV, worse := results.ToCSV()
	if err := errors.Join(bad, worse, results.Print(&out)); err != nil {
		t.Fatal(err)
	}
	out.Write(append(asJSON, asCSV...))
	io.Copy(&out, &records)
	for _, secret := range []string{key, tenant, hub, "pass-word", "query-secret"} {
		if at := strings.Index(out.String(), secret); at >= 0 {
			t.Errorf("%s is in: …%s…", secret, out.String()[max(0, at-100):at+20])
		}
	}
	if !strings.Contains(out.String(), "http_4xx") {
		t.Errorf("nothing was quoted:\n%s", &out)
	}
}

// The URL of metrics may hold a token, which an error that names it does not.
func TestNoSecretOfMetrics(t *testing.T) {
	const nobody = "http://127.0.0.1:1/metrics?token=query-secret"
	for _, b := range []splleed.Benchmark{{ServerMetrics: nobody}, {GPUMetrics: nobody}} {
		b.Backend, b.Prompts = splleed.Sim{}, []string{"x"}
		_, err := b.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1/metrics") || strings.Contains(err.Error(), "query-secret") {
			t.Errorf("error %v", err)
		}
	}
}
