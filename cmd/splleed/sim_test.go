package main

import (
	"bufio"
	"context"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The command says where it listens, serves, and ends well when it is interrupted, log and all.
func TestSimCmd(t *testing.T) {
	log := filepath.Join(t.TempDir(), "truth.ndjson")
	c := SimCmd{Host: "127.0.0.1", Model: "m", Mode: "script", TTFTMs: 1, ITLMs: 1, Fault: []string{"http_429:every=2"}, Log: log}
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- c.serve(ctx, console{out: w}) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok || err != nil {
		t.Fatalf("said %q: %v", line, err)
	}
	for _, want := range []int{200, 429, 200} {
		resp, err := http.Post(url+"/v1/completions", "application/json", strings.NewReader(`{"model":"m","prompt":"x","max_tokens":3,"stream":true}`))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	lines, err := os.ReadFile(log)
	if n := strings.Count(string(lines), "\n"); n != 3 || err != nil {
		t.Errorf("%d lines in the log: %v", n, err)
	}
}

func TestSimCmdRefuses(t *testing.T) {
	check := func(c SimCmd, want string) {
		t.Helper()
		if err := c.serve(context.Background(), console{out: io.Discard}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	check(SimCmd{Fault: []string{"resett"}}, "faults[0]")
	check(SimCmd{StopEarly: 2}, "stop early")
	check(SimCmd{TTFTSigma: math.NaN()}, "want a sigma of 0 to 3")
	check(SimCmd{ITLSigma: -1}, "want a sigma of 0 to 3")
	check(SimCmd{ITLMs: 1e300}, "no negative median")
	check(SimCmd{Host: "127.0.0.1", Port: -1}, "port")
}
