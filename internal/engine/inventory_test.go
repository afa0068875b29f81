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
