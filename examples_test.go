package splleed_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/sim"
)

// goRun runs the program in a folder as a user would, and returns what it printed. Everything it needs is in the module
// cache by now: it may not fetch anything.
func goRun(t *testing.T, folder string, args ...string) string {
	t.Helper()
	files, _ := filepath.Glob(folder + "/*")
	for _, file := range files {
		os.Stat(file) // so that go test does not take the result of their former state from its cache
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "."}, args...)...)
	cmd.Dir, cmd.WaitDelay = folder, time.Second
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", folder, args, err, out)
	}
	return string(out)
}

// wantLines fails unless each pattern matches a whole line.
func wantLines(t *testing.T, out string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(`(?m)^` + p + `$`).MatchString(out) {
			t.Errorf("no line is %q in\n%s", p, out)
		}
	}
}

// A module of its own sees only what the root exports: here a backend, its API and its decoder.
func TestOwnBackendFromOutside(t *testing.T) {
	t.Parallel()
	wantLines(t, goRun(t, "examples/own_backend"),
		`splleed: toy-1 on toy, 1 trial`,
		`  concurrency 1 +12/12 .*`,
		`  concurrency 4 +12/12 .*`,
		`.*server  toy server started at http://127\.0\.0\.1:\d+`,
	)
}

func TestExamples(t *testing.T) {
	server, err := sim.New(sim.Config{Mode: sim.ScriptMode, Script: sim.Script{Fixed: []time.Duration{5 * time.Millisecond, time.Millisecond}}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.Close()
		server.Close()
	})
	folder := t.TempDir()
	rows := filepath.Join(folder, "rows.jsonl")
	if err := os.WriteFile(rows, []byte("{\"q\":\"One?\"}\n{\"q\":\"Two?\",\"a\":2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(folder, "results.json")

	check := func(name string, args []string, patterns ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, goRun(t, "examples/"+name, args...), patterns...)
		})
	}
	// 10 runs a level, the default for few prompts, in 3 trials.
	check("basic", []string{"-max-tokens", "4", "-o", saved},
		`  concurrency 4 +30/30 .*`, `concurrency 4: TTFT p50 [\d.]+ ms, 95 % interval .*`)
	// Twice the concurrency where that is more.
	check("dataset", []string{"-file", rows, "-column", "q", "-endpoint", web.URL},
		`  concurrency 1 +10/10 .*`, `  concurrency 32 +64/64 .*`)
	check("prefill_decode_scaling", []string{"-runs", "4", "-most", "2", "-endpoint", web.URL},
		`prefill  1024 in: TTFT p50 \d+\.\d ms`, `decode   256 out: ITL p50 \d+\.\d ms, .*`, ` +1 +\d.*`, ` +2 +\d.*`)
	check("vllm_bench_twin", []string{"-num-prompts", "20", "-random-input-len", "16", "-random-output-len", "4", "-request-rate", "200", "-goodput-ttft", "60000"},
		`Successful requests: +20`, `Failed requests: +0`, `Total generated tokens: +80`, `Request goodput \(%\): +100\.00`)

	t.Cleanup(func() { // the parallel ones have ended
		results, err := splleed.LoadResults(saved)
		if err != nil || results.NTrials != 3 || len(results.AggregatedResults) != 3 {
			t.Errorf("saved: %+v, %v; want 3 levels over 3 trials", results, err)
		}
	})
}
