package splleed_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/engine"
)

func TestConfigFaultsAreAllNamed(t *testing.T) {
	check := func(in string, want ...string) {
		t.Helper()
		var b splleed.Benchmark
		err := json.Unmarshal([]byte(in), &b)
		var bad *splleed.ConfigError
		if !errors.As(err, &bad) {
			t.Fatalf("%s: %v is not a ConfigError", in, err)
		}
		if got := err.Error(); got != strings.Join(want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", in, got, strings.Join(want, "\n"))
		}
	}
	var types []string
	for _, k := range engine.Kinds {
		types = append(types, k.Type)
	}
	known := strings.Join(types, ", ")
	check(`{"backend":{"type":"vlm"}}`, "backend.type: unknown backend vlm; known: "+known)
	check(`{"backend":{"model":"m"}}`, "backend.type: missing; known: "+known)
	check(`{"backend":"sim"}`, "backend: want an object with a type: "+known)
	check(`{"concurency":[1],"backend":{"type":"vllm","tensor_paralel":2,"port":"x"},"slo":{"ttft":1}}`,
		"concurency: unknown field; did you mean concurrency?",
		"backend.tensor_paralel: unknown field; did you mean tensor_parallel?",
		`backend.port: want an integer, got "x"`,
		"slo.ttft: unknown field")
	check(`{"concurrency":[1,"x"],"arrival_rate":"fast"}`,
		`concurrency[1]: want an integer, got "x"`, `arrival_rate: want a number, got "fast"`)
	check(`{"concurrency":1.5,"Progress":1}`, "concurrency: want an integer, got 1.5", "Progress: unknown field")
}

func TestConfigForms(t *testing.T) {
	var b splleed.Benchmark
	in := `{"backend":{"type":"vllm","model":"m","api_key":"k","executable":"x"},"concurrency":4,"arrival_rate":2.5,"source_address":"127.0.0.1","trials":3}`
	if err := json.Unmarshal([]byte(in), &b); err != nil {
		t.Fatal(err)
	}
	vllm, ok := b.Backend.(*splleed.VLLM)
	if !ok || vllm.Model != "m" || vllm.APIKey != "k" || vllm.Executable != "x" {
		t.Errorf("backend is %#v", b.Backend)
	}
	if !reflect.DeepEqual(b.Concurrency, []int{4}) || !reflect.DeepEqual(b.ArrivalRate, []float64{2.5}) || !slices.Equal(b.SourceAddress, []string{"127.0.0.1"}) || b.Trials != 3 {
		t.Errorf("got %+v", b)
	}
	// A second document changes what it names and nothing else: flags over a file.
	if err := json.Unmarshal([]byte(`{"concurrency":[1,2]}`), &b); err != nil {
		t.Fatal(err)
	}
	if b.Backend != splleed.Backend(vllm) || len(b.Concurrency) != 2 || b.Trials != 3 {
		t.Errorf("got %+v", b)
	}
}

func TestConfigRoundTrip(t *testing.T) {
	seed, warmup, zero := uint64(7), 0, 0.0
	b := splleed.Benchmark{
		Backend:     &splleed.TGI{Model: "m", NumShard: 2, ExtraArgs: map[string]any{"flag": true}},
		Prompts:     []string{"a", "b"},
		Mode:        splleed.Serve,
		ArrivalRate: []float64{1, 2.5},
		Warmup:      &warmup,
		Seed:        &seed,
		Sampling:    splleed.Sampling{MaxTokens: 9, Temperature: &zero, Stop: []string{"x"}},
		SLO:         splleed.SLO{TTFTMs: 200},
	}
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), `{"backend":{"type":"tgi",`) {
		t.Errorf("got %s", data)
	}
	var back splleed.Benchmark
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(b, back) {
		t.Errorf("\n got %+v\nwant %+v", back, b)
	}
}

func TestConfigHidesSecrets(t *testing.T) {
	b := splleed.Benchmark{Backend: splleed.VLLM{
		Model: "m", Endpoint: "http://me:pass-word@host:1",
		Access: splleed.Access{
			APIKey: "key-1", APIKeyEnv: "THE_ENV", Headers: map[string]string{"X-Auth": "key-2"},
			ExtraBody: map[string]any{"nested": map[string]any{"hf_token": "key-3"}, "max_tokens": 12345678},
		},
		ExtraArgs: map[string]any{"api-key": "key-4"},
	}}
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"key-", "pass-word"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%s is in %s", secret, data)
		}
	}
	for _, shown := range []string{"THE_ENV", "X-Auth", "host:1", `"max_tokens":12345678`} {
		if !strings.Contains(string(data), shown) {
			t.Errorf("%s is not in %s", shown, data)
		}
	}
}

// own is a backend of a user's own, which JSON knows nothing of.
type own struct{ Dial func() }

func (own) Engine() string { return "own" }

func (own) Open(context.Context, splleed.Host) (*splleed.Server, error) { return nil, nil }

func TestConfigOfAnOwnBackend(t *testing.T) {
	check := func(b splleed.Backend, want string) {
		t.Helper()
		data, err := json.Marshal(splleed.Benchmark{Backend: b})
		if err != nil || !strings.HasPrefix(string(data), `{"backend":`+want+`,"`) {
			t.Errorf("got %s, %v; want a backend of %s", data, err, want)
		}
	}
	check(own{}, `{"type":"own"}`)
	check(nil, `null`)
	check(splleed.Sim{}, `{"type":"sim"}`)
	check(splleed.Sim{Model: "x"}, `{"type":"sim","model":"x"}`)
}
