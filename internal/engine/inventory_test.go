package engine

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// script is an executable that does what a line of shell says.
func script(t *testing.T, line string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell") // the fake executable is a shell script
	}
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInventory(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	// All are written before any runs: a program that is forked meanwhile would hold a script open for writing, which cannot be run then.
	paths := map[string]string{
		"SPLLEED_VLLM_PATH":     script(t, `echo "INFO 11-23 loading"; echo 0.32.0`),
		"SPLLEED_LLAMACPP_PATH": script(t, `echo "version: 10434 (7e4c0a9)" >&2; echo "built with GNU" >&2`),
		"SPLLEED_OLLAMA_PATH":   script(t, `echo "cannot open shared object file" >&2; exit 127`),
	}
	all := Inventory(t.Context(), func(name string) string { return paths[name] }, Kinds...)
	if len(all) != len(Kinds) {
		t.Fatalf("%d entries of %d", len(all), len(Kinds))
	}
	entry := func(kind string) Entry {
		return all[slices.IndexFunc(all, func(e Entry) bool { return e.Type == kind })]
	}
	if e := entry("vllm"); e.Version != "0.32.0" || e.Executable == "" || !e.Managed || e.Untested || e.APIs[0] != "completions" {
		t.Errorf("%+v", e)
	}
	if e := entry("vllm"); e.Health != "/health" || e.VersionAt != "/version" || !strings.HasPrefix(strings.Join(e.Command, " "), "vllm serve MODEL --host 127.0.0.1 --port 8000 ") {
		t.Errorf("%+v", e)
	}
	if e := entry("llamacpp"); e.Version != "10434" || !slices.Contains(e.APIs, "native") {
		t.Errorf("%+v", e)
	}
	if e := entry("ollama"); e.Version != "" || !strings.Contains(e.Problem, "exit status 127") || !strings.Contains(e.Problem, "shared object") || !e.Untested {
		t.Errorf("%+v", e)
	}
	if e := entry("sglang"); e.Executable != "" || !e.Managed || !e.Untested {
		t.Errorf("%+v", e)
	}
	if e := entry("openai"); e.Managed || len(e.Presets) < 10 {
		t.Errorf("%+v", e)
	}
}

// What else programs say when they are asked for their version: of GPUs, of the time, of what they were built with.
func TestVersionAmongOtherWords(t *testing.T) {
	check := func(said, want string) {
		t.Helper()
		if got := versionIn([]byte(said)); got != want {
			t.Errorf("version %q, want %q, of:\n%s", got, want, said)
		}
	}
	check("ggml_cuda_init: found 1 CUDA devices:\n  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes\nversion: 10434 (7e4c0a9)\nbuilt with cc (Debian 12.2.0-14) 12.2.0 for x86_64-linux-gnu\n", "10434")
	check("W1128 19:44:37.123000 4711 torch/utils/cpp_extension.py:1] No CUDA runtime is found\n0.32.0\n", "0.32.0")
	check("INFO 11-28 19:44:37 [__init__.py:239] detected platform cuda 12.8\n0.32.1rc2.dev3+g1234567\n", "0.32.1rc2.dev3+g1234567")
	check("Warning: could not connect to a running Ollama instance\nWarning: client version is 0.12.3\n", "0.12.3")
	check("ollama version is 0.12.3\n", "0.12.3")
	check("text-generation-launcher 3.3.6\n", "3.3.6")
	check("sglang version: 0.5.3.post1\n", "0.5.3.post1")
	check("v0.5.3\r\n", "0.5.3")
	check("usage: sglang serve\n", "")
}

// Every word for an API means a dialect.
func TestEveryAPIHasADialect(t *testing.T) {
	for _, k := range Kinds {
		for _, name := range k.apis.names() {
			if _, err := k.apis.dialect(name); err != nil {
				t.Errorf("%s: %v", k.Type, err)
			}
		}
		if _, err := k.apis.dialect(""); err != nil {
			t.Errorf("%s: %v", k.Type, err)
		}
	}
}

// The table of APIs in docs/backends.md: which backends have each, and of which it is the default.
func TestDocumentedAPIs(t *testing.T) {
	text, err := os.ReadFile("../../docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.TrimSuffix(line, " |\n"), " | "); len(cells) == 3 {
			rows[strings.Trim(cells[0], "| `")] = cells[2]
		}
	}
	for _, k := range Kinds {
		for i, api := range k.apis.names() {
			if !strings.Contains(rows[api], "`"+k.Type+"`") || strings.Contains(rows[api], "`"+k.Type+"` (default)") != (i == 0) {
				t.Errorf("%s has %s (default: %v), documented is %s", k.Type, api, i == 0, rows[api])
			}
		}
		for api, backends := range rows {
			if slices.Contains(vllmAPIs, api) && strings.Contains(backends, "`"+k.Type+"`") && !slices.Contains(k.apis.names(), api) {
				t.Errorf("%s has no %s, but is documented to", k.Type, api)
			}
		}
	}
}
