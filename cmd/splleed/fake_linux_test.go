package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/splleed/splleed/internal/sim"
)

// The test binary plays the engines, and a daemon of theirs, by the name under which it is started.
func init() {
	parts["vllm"], parts["text-generation-launcher"] = playEngine, playEngine
	parts["midwife"], parts["daemon"] = func() { spawn("daemon").Process.Release() }, playDaemon
}

const (
	fakeEnv = "SPLLEED_TEST_FAKE" // a fake as JSON
)

// fake is an engine without a model: a simulated server that writes down how it is treated.
type fake struct {
	Dir      string        // where it writes: call.json, bodies.ndjson
	Log      []string      // lines to write at once
	Fail     bool          // end with status 1 after the log
	Loads    time.Duration // before it listens
	ITL      time.Duration // of its tokens
	Stubborn bool          // it and a daemon that leaves the session are deaf to SIGTERM
	DiesAt   int64         // ends with status 9 within the answer to this request; 0: never
}

// call is how a fake was started.
type call struct {
	Args []string
	Env  []string
}

// ask is a request that a fake got.
type ask struct {
	Path string
	Body map[string]any
}

func playEngine() {
	var f fake
	if err := json.Unmarshal([]byte(os.Getenv(fakeEnv)), &f); err != nil {
		panic(err)
	}
	if f.Stubborn {
		signal.Ignore(syscall.SIGTERM)
		spawn("midwife").Wait()
	}
	for _, line := range f.Log {
		fmt.Fprintln(os.Stderr, line)
	}
	f.record()
	if f.Fail {
		os.Exit(1)
	}
	time.Sleep(f.Loads)
	f.serve()
}

// record writes the call, whole or not at all.
func (f *fake) record() {
	data, err := json.Marshal(call{os.Args, os.Environ()})
	path := filepath.Join(f.Dir, "call.json")
	if err == nil {
		err = os.WriteFile(path+".part", data, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		panic(err)
	}
}

// serve is a simulated server at the port and with the model of the command line.
func (f *fake) serve() {
	bodies, err := os.OpenFile(filepath.Join(f.Dir, "bodies.ndjson"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	var asked atomic.Int64
	server, err := sim.New(sim.Config{
		Model: modelOf(os.Args), Mode: sim.ScriptMode, Script: sim.Script{Fixed: []time.Duration{max(f.ITL, time.Millisecond)}},
		OnRequest: func(path string, _ http.Header, body []byte) {
			fmt.Fprintf(bodies, `{"path":%q,"body":%s}`+"\n", path, body) // one write: lines of many goroutines stay whole
			if asked.Add(1) == f.DiesAt {
				time.AfterFunc(20*f.ITL, func() {
					fmt.Fprintln(os.Stderr, "CUDA error: device-side assert triggered")
					os.Exit(9)
				})
			}
		},
	})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", argument(os.Args, "--port")))
	if err != nil {
		panic(err)
	}
	server.Serve(l)
}

// argument is the value of a flag.
func argument(args []string, flag string) string {
	if i := slices.Index(args, flag); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

func modelOf(args []string) string {
	if args[1] == "serve" {
		return args[2]
	}
	return argument(args, "--model-id")
}

// spawn starts this binary in another part and a session of its own.
func spawn(part string) *exec.Cmd {
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{part}, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return cmd
}

// playDaemon goes on for longer than any test, but not for ever.
func playDaemon() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	time.Sleep(3 * time.Minute)
}
