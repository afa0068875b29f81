package engine

import (
	"context"
	"encoding/json"
	"errors"
	"github.com/splleed/splleed/internal/dialect"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/marked"
)

// said collects what a Host is told.
type said struct {
	sync.Mutex
	lines []string
}

func (s *said) say(line string) {
	s.Lock()
	defer s.Unlock()
	s.lines = append(s.lines, line)
}

func (s *said) String() string {
	s.Lock()
	defer s.Unlock()
	return strings.Join(s.lines, "\n")
}

// open starts a server for the rest of the test.
func open(t *testing.T, b Backend, h Host) *Server {
	t.Helper()
	s, err := b.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStartVLLM(t *testing.T) {
	path, mark := install(t, "vllm", &fake{Loading: 2})
	t.Setenv(inheritEnv, "yes")
	var talk said
	h := Host{Say: talk.say, Getenv: env("SPLLEED_VLLM_PATH", path), LogDir: t.TempDir()}
	v := VLLM{Model: "org/model", Port: -1, MaxModelLen: 512, EnablePrefixCaching: ptr(false), ExtraArgs: map[string]any{"enforce_eager": true}}
	s := open(t, v, h)

	if s.Model != "org/model" || s.Version != "0.32.0" || !s.Managed || s.Simulated || len(s.Warnings) > 0 {
		t.Errorf("server %+v", s)
	}
	port := strings.TrimPrefix(s.URL, "http://127.0.0.1:")
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatalf("URL %s", s.URL)
	}
	c := recorded(t, path)
	if want := append([]string{"vllm"}, v.args(n)...); !slices.Equal(c.Args, want) {
		t.Errorf("started with %q\nwant %q", c.Args, want)
	}
	for _, want := range []string{inheritEnv + "=yes", "VLLM_LOGGING_LEVEL=WARNING"} {
		if !slices.Contains(c.Env, want) {
			t.Errorf("the engine's environment lacks %s", want)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left := marked.Running(mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	logs, _ := filepath.Glob(filepath.Join(h.LogDir, s.StartID+".log"))
	if len(logs) != 1 {
		t.Fatalf("no log of %s", s.StartID)
	}
	if text, _ := os.ReadFile(logs[0]); string(text) != "listening\n" {
		t.Errorf("log %q", text)
	}
	for _, want := range []string{"started vllm", logs[0], "vllm is ready"} {
		if !strings.Contains(talk.String(), want) {
			t.Errorf("it was not said: %s", want)
		}
	}
}

func TestStartTGI(t *testing.T) {
	path, mark := install(t, "text-generation-launcher", &fake{})
	g := TGI{Model: "m", Port: -1, Sharded: ptr(false), Launch: Launch{Quiet: ptr(false)}}
	t.Setenv("RUST_LOG", "debug")
	s := open(t, g, Host{Getenv: env("SPLLEED_TGI_PATH", path), LogDir: t.TempDir()})
	if s.Model != "m" || s.Version != "3.3.6" || s.Dialect.Path() != "/generate_stream" {
		t.Errorf("server %+v", s)
	}
	// It listens on all addresses, and is reached at one.
	port, err := strconv.Atoi(strings.TrimPrefix(s.URL, "http://127.0.0.1:"))
	if err != nil {
		t.Fatalf("URL %s", s.URL)
	}
	if c, want := recorded(t, path), append([]string{"text-generation-launcher"}, g.args(port)...); !slices.Equal(c.Args, want) {
		t.Errorf("started with %q\nwant %q", c.Args, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left := marked.Running(mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

// Flags can rename the model; requests then use that name.
func TestServedModelName(t *testing.T) {
	path, _ := install(t, "vllm", &fake{Models: []string{"short"}, Adapters: []string{"sql"}})
	s := open(t, VLLM{Model: "org/long", Port: -1, Launch: Launch{Executable: path}}, Host{LogDir: t.TempDir()})
	if s.Model != "short" {
		t.Errorf("model %q", s.Model)
	}
}

func TestTwoStartsHaveTwoIDs(t *testing.T) {
	path, _ := install(t, "vllm", &fake{})
	v := VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path}}
	h := Host{LogDir: t.TempDir()}
	if a, b := open(t, v, h), open(t, v, h); a.StartID == b.StartID || a.URL == b.URL {
		t.Errorf("%s at %s, %s at %s", a.StartID, a.URL, b.StartID, b.URL)
	}
}

func TestQuiet(t *testing.T) {
	c := VLLM{}.command()
	check := func(quiet bool, want string) {
		t.Helper()
		got := ""
		for _, pair := range c.environment(1, quiet) {
			if v, ok := strings.CutPrefix(pair, "VLLM_LOGGING_LEVEL="); ok {
				got += v
			}
		}
		if got != want {
			t.Errorf("quiet %v: level %q, want %q", quiet, got, want)
		}
	}
	check(true, "WARNING")
	check(false, "")
	t.Setenv("VLLM_LOGGING_LEVEL", "DEBUG") // the user knows better
	check(true, "DEBUG")
}

func TestFindExecutable(t *testing.T) {
	place := func(name string) string {
		path, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(path, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	configured, named, onPath := place("my-vllm"), place("their-vllm"), place("vllm")
	t.Setenv("PATH", filepath.Dir(onPath))
	check := func(executable string, getenv func(string) string, want string) {
		t.Helper()
		got, err := VLLM{}.command().find(Launch{Executable: executable}, getenv)
		if got != want || err != nil {
			t.Errorf("found %q, %v, want %q", got, err, want)
		}
	}
	both := env("SPLLEED_VLLM_PATH", named)
	check(configured, both, configured)
	check("", both, named)
	check("", env(), onPath)
	check("", nil, onPath)
	check("vllm", both, onPath)

	refuse := func(executable string, c command, wants ...string) {
		t.Helper()
		_, err := c.find(Launch{Executable: executable}, nil)
		if err == nil {
			t.Fatalf("found %q", executable)
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q does not say %q", err, want)
			}
		}
	}
	refuse("/nowhere/vllm", VLLM{}.command(), "vllm executable not found at: /nowhere/vllm")
	refuse(filepath.Dir(onPath), VLLM{}.command(), "vllm executable not found at: ")
	t.Setenv("PATH", t.TempDir())
	refuse("", VLLM{}.command(), `no command "vllm" on PATH`, "1. install it: pip install vllm", "2. ", "3. ", "SPLLEED_VLLM_PATH=", "4. ", "'endpoint'", "5. ", `"sim"`)
	refuse("", TGI{}.command(), `no command "text-generation-launcher"`, "SPLLEED_TGI_PATH=")
}

// start opens a vllm that is to fail, and returns the error when all is checked that holds for every failure: nothing
// is left, and it did not take long.
func failing(t *testing.T, ctx context.Context, f *fake, v VLLM) error {
	t.Helper()
	path, mark := install(t, "vllm", f)
	v.Model, v.Executable = "m", path
	if v.Port == 0 {
		v.Port = -1
	}
	s, err := v.Open(ctx, Host{LogDir: t.TempDir()})
	if err == nil {
		s.Close()
		t.Fatal("it was opened")
	}
	if left := marked.Running(mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	return err
}

func says(t *testing.T, err error, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not say %q:\n%v", want, err)
		}
	}
}

func TestStartFailureShowsTheLog(t *testing.T) {
	var log []string
	for i := range 30 {
		log = append(log, "line "+strconv.Itoa(i))
	}
	log = append(log, "loading 1%\rloading 2%\r\x1b[31mRuntimeError: CUDA out of memory\x1b[0m")
	begun := time.Now()
	err := failing(t, t.Context(), &fake{Log: log, Fail: true}, VLLM{})
	if time.Since(begun) > 20*time.Second {
		t.Errorf("noticed after %v", time.Since(begun))
	}
	says(t, err, "vllm ended before it was ready: exit status 1", "line 11\n", "| RuntimeError: CUDA out of memory")
	for _, not := range []string{"line 10\n", "loading", "\x1b"} { // 20 lines: 11 to 29, and the error
		if strings.Contains(err.Error(), not) {
			t.Errorf("error says %q:\n%v", not, err)
		}
	}
}

func TestPortTaken(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "0.0.0.0"} {
		l, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		err = failing(t, t.Context(), &fake{}, VLLM{Port: port})
		says(t, err, "port "+strconv.Itoa(port)+" of 127.0.0.1 is already in use", "port: -1")
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("error %v", err)
		}
	}
}

func TestNotReadyInTime(t *testing.T) {
	begun := time.Now()
	err := failing(t, t.Context(), &fake{Delay: 3 * time.Minute, Log: []string{"loading weights"}}, VLLM{Launch: Launch{ReadyTimeoutS: 0.5}})
	says(t, err, "not ready within 500ms", "ready_timeout_s", "nothing listens", "| loading weights")
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	says(t, failing(t, t.Context(), &fake{Loading: 1 << 30}, VLLM{Launch: Launch{ReadyTimeoutS: 3}}), "not ready within 3s", "503", "Loading model")
	says(t, failing(t, t.Context(), &fake{Health: "hang"}, VLLM{Launch: Launch{ReadyTimeoutS: 3}}), "not ready within 3s")
}

// Health is not all: a server must generate.
func TestHealthyButUnable(t *testing.T) {
	says(t, failing(t, t.Context(), &fake{Generate: 400}, VLLM{}), "refuses a request", "400", "no chat template")
	says(t, failing(t, t.Context(), &fake{Generate: 500}, VLLM{Launch: Launch{ReadyTimeoutS: 3}}), "not ready within 3s", "answered with 500")
}

// TGI says within a stream that it does not take a request: to ask again until it is late is of no use.
func TestRefusedWithinAStream(t *testing.T) {
	path, _ := install(t, "text-generation-launcher", &fake{InStream: "Input validation error: `temperature` must be strictly positive"})
	begun := time.Now()
	_, err := TGI{Model: "m", Host: "127.0.0.1", Port: -1, Launch: Launch{Executable: path, ReadyTimeoutS: 20}}.Open(t.Context(), Host{LogDir: t.TempDir()})
	if err == nil || time.Since(begun) > 15*time.Second {
		t.Fatalf("%v after %v", err, time.Since(begun))
	}
	says(t, err, "refuses a request", "must be strictly positive")
}

func TestCancelledDuringStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Second, cancel)
	if err := failing(t, ctx, &fake{Delay: 3 * time.Minute}, VLLM{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := failing(t, ctx, &fake{}, VLLM{}); !errors.Is(err, context.Canceled) { // before anything was started
		t.Errorf("error %v", err)
	}
}

func TestDeafServerIsKilled(t *testing.T) {
	path, mark := install(t, "vllm", &fake{Deaf: true, Daemons: true})
	s := open(t, VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path, GraceTimeoutS: 0.5}}, Host{LogDir: t.TempDir()})
	begun := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took < 500*time.Millisecond || took > 5500*time.Millisecond {
		t.Errorf("closed after %v, want grace (500 ms) to grace + 5 s", took)
	}
	if left := marked.Running(mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestProgressIsSaid(t *testing.T) {
	path, _ := install(t, "vllm", &fake{Delay: 4 * time.Second, Log: []string{"loading weights"}})
	var talk said
	open(t, VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path}}, Host{Say: talk.say, LogDir: t.TempDir()})
	if want := "waiting for vllm: 3 s, last log line: loading weights"; !strings.Contains(talk.String(), want) {
		t.Errorf("not said: %s\nbut %s", want, &talk)
	}
}

// A server that dies under load is named when it is closed.
func TestDiedUnderLoad(t *testing.T) {
	path, _ := install(t, "vllm", &fake{Log: []string{"up to no good"}})
	s := open(t, VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path}}, Host{LogDir: t.TempDir()})
	kill(t, path)
	err := s.Close()
	if err == nil {
		t.Fatal("closed without a word")
	}
	says(t, err, "vllm ended by itself: signal: killed", "| up to no good")
}

func TestLogFileIsAppendedTo(t *testing.T) {
	path, _ := install(t, "vllm", &fake{Fail: true, Log: []string{"second start"}})
	log := filepath.Join(t.TempDir(), "logs", "vllm.log")
	open := func() error {
		_, err := VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path, LogFile: log}}.Open(t.Context(), Host{})
		return err
	}
	open()
	err := open()
	if text, _ := os.ReadFile(log); string(text) != "second start\nsecond start\n" {
		t.Errorf("log %q", text)
	}
	if err == nil || strings.Count(err.Error(), "second start") != 1 {
		t.Errorf("the error shows more than its own start: %v", err)
	}
}

// The first request has the form of the load, one token long.
func TestFirstRequest(t *testing.T) {
	check := func(b Backend, f *fake, want func(body map[string]any) bool) {
		t.Helper()
		url := serve(t, f)
		d, err := apis{"completions", "native=tgi"}.dialect(map[string]string{"vllm": "completions", "tgi": "native"}[b.Engine()])
		if err != nil {
			t.Fatal(err)
		}
		if err := newProber(url, nil, nil, nil).first(t.Context(), &Server{Model: "a", Dialect: d}, dialect.Sampling{}); err != nil {
			t.Error(err)
		}
		var body map[string]any
		if f.asked.Load() == nil || json.Unmarshal(*f.asked.Load(), &body) != nil || !want(body) {
			t.Errorf("%s: body %v", b.Engine(), body)
		}
	}
	check(VLLM{}, &fake{}, func(b map[string]any) bool {
		return b["model"] == "a" && b["prompt"] == "Hello" && b["max_tokens"] == 1.0
	})
	check(TGI{}, &fake{}, func(b map[string]any) bool {
		parameters, _ := b["parameters"].(map[string]any)
		return b["inputs"] == "Hello" && parameters["max_new_tokens"] == 1.0
	})
}

// A server may log the key that it was sent, in words that do not look like it.
func TestLoggedKeysAreStruck(t *testing.T) {
	path, _ := install(t, "vllm", &fake{Generate: 400, Log: []string{"the sesame is opensesame"}})
	v := VLLM{Model: "m", Port: -1, Access: Access{APIKey: "opensesame"}, Launch: Launch{Executable: path}}
	_, err := v.Open(t.Context(), Host{LogDir: t.TempDir()})
	if err == nil || strings.Contains(err.Error(), "opensesame") {
		t.Fatalf("error %v", err)
	}
	says(t, err, "| the sesame is ***")
}
