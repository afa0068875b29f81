package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// managed is the command line of a short load on a fake.
func (s *stage) managed(more ...string) []string {
	return append([]string{"--backend", "vllm", "--model", "m", "--executable", s.engine, "--set", "port=-1", "--set", "grace_timeout_s=1",
		"--log-dir", s.dir, "--prompt", "a", "--warmup", "0", "-o", "out.json"}, more...)
}

// says checks that a text has its parts, in any order.
func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
}

// An engine that dies under load fails what is in flight and what comes after, each for its own reason. The results are
// kept, and say how it died.
func TestEngineDiesUnderLoad(t *testing.T) {
	t.Parallel()
	s := newStage(t, "vllm", fake{ITL: 5 * time.Millisecond, DiesAt: 13, Log: []string{"loading weights"}})
	stdout, stderr := s.run(tooManyFailures, s.managed("--concurrency", "4", "--runs", "40", "--max-tokens", "100")...)

	// The first request was splleed's own. The load's twelfth comes when eight have ended; it is in flight with the three
	// others when the engine dies, after 20 of 100 tokens; on a busy machine some of those may have ended by then.
	r := s.results("out.json")
	if len(r.Results) != 1 || r.Interrupted {
		t.Fatalf("%d levels, interrupted %v", len(r.Results), r.Interrupted)
	}
	level := r.Results[0]
	if level.NumRequests != 40 || level.NumSuccessful < 8 || level.NumSuccessful > 11 || level.NumFailed != 40-level.NumSuccessful {
		t.Errorf("%d requests, %d successful, %d failed; want 40, 8 to 11, the rest", level.NumRequests, level.NumSuccessful, level.NumFailed)
	}
	cut, refused, others := 0, 0, 0
	for kind, failures := range level.Failures {
		switch kind {
		case "reset", "truncated":
			cut += failures.Count
		case "connect":
			refused += failures.Count
		default:
			others += failures.Count
		}
	}
	if cut < 1 || cut+refused != level.NumFailed || others != 0 {
		t.Errorf("failures %v; want those in flight reset or truncated, the rest connect", level.Failures)
	}
	says(t, strings.Join(r.Warnings, "\n"), "vllm ended by itself: exit status 9", "CUDA error: device-side assert triggered", s.dir)
	says(t, stdout, "exit status 9")
	says(t, stderr, "too many", fmt.Sprintf("%d of 40", level.NumFailed))
}

// An engine that does not come up is quoted; there are no results to save.
func TestEngineDoesNotStart(t *testing.T) {
	t.Parallel()
	s := newStage(t, "vllm", fake{Fail: true, Log: []string{"loading weights", "RuntimeError: CUDA out of memory"}})
	begun := time.Now()
	_, stderr := s.run(failed, s.managed()...)
	says(t, stderr, "splleed: vllm ended before it was ready: exit status 1", "| RuntimeError: CUDA out of memory", s.dir)
	s.noResults()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("noticed after %v", took)
	}
}

func TestNoExecutable(t *testing.T) {
	t.Parallel()
	s := newStage(t, "vllm", fake{})
	s.env = append(s.env, "PATH=/nowhere")
	_, stderr := s.run(failed, "--model", "m", "--prompt", "a")
	says(t, stderr, `no command "vllm" on PATH`, "pip install vllm", "SPLLEED_VLLM_PATH")
	_, stderr = s.run(failed, "--backend", "tgi", "--model", "m", "--prompt", "a", "--executable", "/nowhere/tgi")
	says(t, stderr, "text-generation-launcher executable not found at: /nowhere/tgi")
}

// Somebody else's server on the port is not measured, and nothing is started.
func TestPortIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	s := newStage(t, "vllm", fake{})
	_, stderr := s.run(failed, s.managed("--set", "port="+port)...)
	says(t, stderr, "port "+port+" of 127.0.0.1 is already in use", "port: -1")
	if _, err := os.Stat(s.dir + "/call.json"); err == nil {
		t.Error("the engine was started")
	}
	s.noResults()
}

func TestEngineIsNotReadyInTime(t *testing.T) {
	t.Parallel()
	s := newStage(t, "vllm", fake{Loads: 3 * time.Minute, Log: []string{"loading weights"}, Stubborn: true})
	begun := time.Now()
	_, stderr := s.run(failed, s.managed("--ready-timeout", "500ms")...)
	says(t, stderr, "vllm was not ready within 500ms ('ready_timeout_s')", "| loading weights")
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	s.noResults()
}

func (s *stage) noResults() {
	s.t.Helper()
	if _, err := os.Stat(s.dir + "/out.json"); err == nil {
		s.t.Error("there are results")
	}
}
