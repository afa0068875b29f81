package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/marked"
)

// stage is a folder in which splleed starts a fake engine, and what is to be seen there afterwards.
type stage struct {
	t      *testing.T
	dir    string
	engine string // path of the fake
	mark   string
	env    []string
}

// newStage installs a fake under the name of an engine, alone in a folder that is not on PATH.
func newStage(t *testing.T, name string, f fake) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), mark: rand.Text()}
	s.engine = filepath.Join(s.dir, "bin", name)
	self, err := os.Executable()
	if err == nil {
		err = os.Mkdir(filepath.Dir(s.engine), 0o700)
	}
	if err == nil {
		err = os.Symlink(self, s.engine)
	}
	f.Dir = s.dir
	settings, bad := json.Marshal(f)
	if err := errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "SPLLEED_") && !strings.HasPrefix(pair, "VLLM_") && !strings.HasPrefix(pair, "RUST_LOG=") {
			s.env = append(s.env, pair)
		}
	}
	s.env = append(s.env, fakeEnv+"="+string(settings), marked.Env+"="+s.mark,
		"GORACE=atexit_sleep_ms=0") // under -race, processes else take a second to end
	t.Cleanup(s.sweep)
	return s
}

// sweep ends what a failed test has left.
func (s *stage) sweep() {
	for _, pid := range s.marked() {
		s.t.Errorf("left at the end of the test: process %d", pid)
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// running is a splleed, and what it says.
type running struct {
	*exec.Cmd
	out, err string // files: that splleed is killed does not end what is written to them
}

// command is splleed with the arguments of a command line.
func (s *stage) command(args ...string) *exec.Cmd {
	return &exec.Cmd{Path: "/proc/self/exe", Args: append([]string{"splleed"}, args...), Dir: s.dir, Env: s.env}
}

// start starts splleed.
func (s *stage) start(args ...string) *running {
	s.t.Helper()
	return s.launch(s.command(args...))
}

func (s *stage) launch(splleed *exec.Cmd) *running {
	s.t.Helper()
	r := &running{Cmd: splleed, out: filepath.Join(s.dir, "stdout"), err: filepath.Join(s.dir, "stderr")}
	stdout, bad := os.Create(r.out)
	stderr, err := os.Create(r.err)
	if err := errors.Join(bad, err); err != nil {
		s.t.Fatal(err)
	}
	defer stdout.Close()
	defer stderr.Close()
	r.Stdout, r.Stderr = stdout, stderr
	if err := r.Start(); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// code waits for the end and returns the exit code, -1 for one by a signal.
func (r *running) code() int {
	r.Wait()
	return r.ProcessState.ExitCode()
}

// run runs "splleed run" to its end, which is to have an exit code, and returns what it said.
func (s *stage) run(code int, args ...string) (stdout, stderr string) {
	s.t.Helper()
	r := s.start(append([]string{"run"}, args...)...)
	got := r.code()
	stdout, stderr = text(r.out), text(r.err)
	if got != code {
		s.t.Errorf("exit code %d, want %d\n%s%s", got, code, stdout, stderr)
	}
	if left := s.marked(); len(left) > 0 {
		s.t.Errorf("still running: %v", left)
	}
	return stdout, stderr
}

// write makes a file in the folder.
func (s *stage) write(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func text(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

// marked returns the running processes of this stage.
func (s *stage) marked() []int { return marked.Running(s.mark) }

// call is how the fake was started.
func (s *stage) call() (c call) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(text(filepath.Join(s.dir, "call.json"))), &c); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// asks are the requests that the fake got, the first one being splleed's own.
func (s *stage) asks() (asks []ask) {
	s.t.Helper()
	lines := json.NewDecoder(strings.NewReader(text(filepath.Join(s.dir, "bodies.ndjson"))))
	for lines.More() {
		var a ask
		if err := lines.Decode(&a); err != nil {
			s.t.Fatal(err)
		}
		asks = append(asks, a)
	}
	return asks
}

// asked counts what asks would return, while the fake writes.
func (s *stage) asked() int {
	return bytes.Count([]byte(text(filepath.Join(s.dir, "bodies.ndjson"))), []byte("\n"))
}

func (s *stage) results(name string) (r splleed.Results) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(text(filepath.Join(s.dir, name))), &r); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return r
}

// until waits for a fact, generously.
func until(t *testing.T, limit time.Duration, what string, fact func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !fact(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}
