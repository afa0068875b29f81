//go:build engines && linux

// Package engines runs splleed against servers that other people wrote, with a model that the tests generate. What it
// needs is put into the cache by install.sh and install_vllm.sh; `make test-engines` does that first.
package engines

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// engine is a real server.
type engine struct {
	backend string // splleed's name for it
	command string // in the cache's bin
	model   string // in the cache's models
	env     string // names the executable
	environ []string
	limit   time.Duration // for a run, start included, on a busy machine
	serve   func(model, port string) []string
	// counters reads the engine's own counts.
	counters func(map[string]float64) counts
}

// counts are tokens, of one request or of many.
type counts struct {
	output int
	input  int // computed: without those from the prefix cache
}

func (c counts) minus(d counts) counts { return counts{c.output - d.output, c.input - d.input} }
func (c counts) plus(d counts) counts  { return counts{c.output + d.output, c.input + d.input} }

// root is the repository.
func root(t *testing.T, path ...string) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(append([]string{dir}, path...)...)
}

func (e engine) executable(t *testing.T) string {
	return root(t, ".cache", "engines", "bin", e.command)
}

func (e engine) modelPath(t *testing.T) string {
	return root(t, ".cache", "engines", "models", e.model)
}

// limited is the executable with so much address space, so that it asks for more than there is, and does not take it.
func (e engine) limited(t *testing.T, kB int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "limited")
	script := fmt.Sprintf("#!/bin/sh\nulimit -v %d\nexec %s \"$@\"\n", kB, e.executable(t))
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// server is an engine that the test itself has started, as a user would.
type server struct {
	engine
	url   string
	cmd   *exec.Cmd
	log   bytes.Buffer
	ended chan struct{} // closed when it has; the log is whole then
}

func (e engine) start(t *testing.T) *server {
	t.Helper()
	port := freePort(t)
	s := &server{engine: e, url: "http://127.0.0.1:" + port, ended: make(chan struct{})}
	s.cmd = exec.Command(e.executable(t), e.serve(e.modelPath(t), port)...)
	s.cmd.Env = append(os.Environ(), e.environ...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(s.kill)
	until(t, e.limit, e.command+" is healthy", func() bool {
		select {
		case <-s.ended:
			t.Fatalf("%s ended: %v\n%s", e.command, s.cmd.ProcessState, &s.log)
		default:
		}
		res, err := http.Get(s.url + "/health")
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
	return s
}

// kill -9s the server with all it has started.
func (s *server) kill() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
}

// metrics are those of the server.
func (s *server) metrics(t *testing.T) map[string]float64 {
	t.Helper()
	all, err := metricsOf(s.url)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// metricsOf reads /metrics; of a counter with labels it is the sum.
func metricsOf(url string) (map[string]float64, error) {
	res, err := http.Get(url + "/metrics")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	all := map[string]float64{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		value, err := strconv.ParseFloat(rest[strings.LastIndex(rest, " ")+1:], 64)
		if name, _, _ = strings.Cut(name, "{"); err == nil && name != "#" {
			all[name] += value
		}
	}
	return all, nil
}

// count is the engine's own count so far, once no request is running.
func (s *server) count(t *testing.T) counts {
	t.Helper()
	var m map[string]float64
	until(t, time.Minute, s.command+" is idle", func() bool {
		m = s.metrics(t)
		return m["llamacpp:requests_processing"]+m["vllm:num_requests_running"] == 0
	})
	return s.counters(m)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func until(t *testing.T, limit time.Duration, what string, fact func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !fact(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}
