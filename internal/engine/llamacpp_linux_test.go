package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestLlamaCppArgs(t *testing.T) {
	const defaults = "--model m.gguf --host 127.0.0.1 --port 8080 --metrics"
	check := func(config, old, new string) {
		t.Helper()
		l := LlamaCpp{Model: "m.gguf"}
		if err := json.Unmarshal([]byte(config), &l); err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSpace(defaults + " " + new)
		if old != "" {
			want = strings.Replace(defaults, old, new, 1)
		}
		if got := strings.Join(l.args(l.command().port), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", config, got, want)
		}
	}
	check(`{}`, "", "")
	check(`{"model":"n.gguf"}`, "m.gguf", "n.gguf")
	check(`{"host":"0.0.0.0"}`, "127.0.0.1", "0.0.0.0")
	check(`{"port":8123}`, "8080", "8123")
	check(`{"ctx_size":8192,"parallel":4}`, "", "--ctx-size 8192 --parallel 4")
	check(`{"n_gpu_layers":0}`, "", "--n-gpu-layers 0") // not the default, which is all
	check(`{"n_gpu_layers":99,"alias":"tiny"}`, "", "--n-gpu-layers 99 --alias tiny")
	check(`{"extra_args":{"flash_attn":"on","mmap":false,"lora":["a","b"]}}`, "", "--flash-attn on --lora a,b --no-mmap")
}

func TestLlamaCppFaults(t *testing.T) {
	l := LlamaCpp{API: "telnet", Port: -2, CtxSize: -1, Parallel: -1, NGPULayers: ptr(-1), ExtraArgs: map[string]any{"alias": "a"}}
	var got []string
	for _, f := range l.Validate() {
		got = append(got, f.Path)
	}
	slices.Sort(got)
	if want := []string{"", "api", "ctx_size", "extra_args.alias", "n_gpu_layers", "parallel", "port"}; !slices.Equal(got, want) {
		t.Errorf("bad fields %q, want %q", got, want)
	}
}

// Its connections are used once: it closes them after each stream, whatever it says.
func TestLlamaCppOpens(t *testing.T) {
	check := func(l LlamaCpp, h Host, model string) {
		t.Helper()
		s, err := l.Open(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		if s.Close != nil {
			defer s.Close()
		}
		if s.Model != model || s.Version != "b10434-abc" || s.Header["Connection"] != "close" || s.Dialect.Path() != "/v1/completions" {
			t.Errorf("server %+v", s)
		}
	}
	running := serve(t, &fake{Models: []string{"tiny"}})
	check(LlamaCpp{Endpoint: running}, Host{}, "tiny")
	path, _ := install(t, "llama-server", &fake{Loading: 2})
	check(LlamaCpp{Model: "m.gguf", Port: -1}, Host{Getenv: env("SPLLEED_LLAMACPP_PATH", path), LogDir: t.TempDir()}, "m.gguf")
	if c := recorded(t, path); !slices.Contains(c.Env, "LLAMA_ARG_LOG_VERBOSITY=2") {
		t.Error("it was not asked to be quiet")
	}
}
