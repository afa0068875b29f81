package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/marked"
)

// The test binary plays the engines too: with a fake in its environment it is a "vllm", a
// "llama-server" or a "text-generation-launcher", told apart by the name under which it was started.
const (
	fakeEnv    = "SPLLEED_TEST_FAKE"    // a fake as JSON
	ownerEnv   = "SPLLEED_TEST_OWNER"   // be a program that opens a VLLM and waits
	daemonEnv  = "SPLLEED_TEST_DAEMON"  // "fork": start a daemon and end; "be": be one
	inheritEnv = "SPLLEED_TEST_INHERIT" // something for engines to inherit
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(daemonEnv) != "":
		daemon(os.Getenv(daemonEnv))
	case os.Getenv(fakeEnv) != "":
		var f fake
		if err := json.Unmarshal([]byte(os.Getenv(fakeEnv)), &f); err != nil {
			panic(err)
		}
		f.main()
	case os.Getenv(ownerEnv) != "":
		owner()
	default:
		os.Exit(m.Run())
	}
}

// owner is a program that opens the VLLM in its environment, says so in a file, and waits.
func owner() {
	var v VLLM
	if err := json.Unmarshal([]byte(os.Getenv(ownerEnv)), &v); err != nil {
		panic(err)
	}
	// The fake is for the engine's environment, not for this part of the binary.
	os.Setenv(fakeEnv, os.Getenv(fakeEnv+"_2"))
	if _, err := v.Open(context.Background(), Host{}); err != nil {
		panic(err)
	}
	os.WriteFile(v.LogFile+".ready", nil, 0o600)
	wait()
}

// wait is for longer than any test, but not forever. Nor is it select {}: where nothing else runs, that is a deadlock.
func wait() { time.Sleep(3 * time.Minute) }

// fake is an engine without a model.
type fake struct {
	Record    string        // file for a call
	Log       []string      // lines to write at once
	Fail      bool          // end with status 1 after the log
	Delay     time.Duration // before it listens
	Loading   int32         // answers of 503 before it is healthy
	Health    string        // "hang": no answer; "html": a web page
	Generate  int           // status for requests to generate, default 200
	InStream  string        // error in place of tokens
	Deaf      bool          // to SIGTERM
	Daemons   bool          // starts one that leaves the session and is deaf
	Models    []string      // to list; default: the one it was started with
	Adapters  []string      // of the first of Models, to list before it
	APIKey    string        // to insist on, for everything but health
	Refuses   []string      // fields that requests to generate must not have
	Broken    int32         // requests to generate that are answered with 503 first
	generated atomic.Int32
	asked     atomic.Pointer[[]byte] // the last request to generate
}

// call is how a fake was started.
type call struct {
	Args []string
	Env  []string
}

func (f *fake) main() {
	if f.Deaf {
		signal.Ignore(syscall.SIGTERM)
	}
	if f.Daemons {
		respawn("fork")
	}
	for _, line := range f.Log {
		fmt.Fprintln(os.Stderr, line)
	}
	if f.Record != "" {
		f.record()
	}
	if f.Fail {
		os.Exit(1)
	}
	time.Sleep(f.Delay)
	host := "127.0.0.1"
	l, err := net.Listen("tcp", net.JoinHostPort(host, argument("--port")))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(f.Models) == 0 {
		f.Models = []string{modelArgument()}
	}
	fmt.Println("listening")
	http.Serve(l, f)
}

// record writes the call, whole or not at all.
func (f *fake) record() {
	data, _ := json.Marshal(call{os.Args, os.Environ()})
	os.WriteFile(f.Record+".part", data, 0o600)
	os.Rename(f.Record+".part", f.Record)
}

// argument is the value of a flag of this process.
func argument(flag string) string {
	if i := slices.Index(os.Args, flag); i >= 0 && i+1 < len(os.Args) {
		return os.Args[i+1]
	}
	return ""
}

func modelArgument() string {
	switch os.Args[0] {
	case "vllm":
		return os.Args[2]
	case "llama-server":
		return argument("--model")
	}
	return argument("--model-id")
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/health" && f.APIKey != "" && r.Header.Get("Authorization") != "Bearer "+f.APIKey {
		http.Error(w, `{"error":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /health":
		f.health(w, r)
	case "GET /version":
		fmt.Fprint(w, `{"version":"0.32.0"}`)
	case "GET /info":
		fmt.Fprintf(w, `{"model_id":%q,"version":"3.3.6"}`, strings.Join(f.Models, " "))
	case "GET /props":
		fmt.Fprint(w, `{"build_info":"b10434-abc"}`)
	case "GET /v1/models":
		var list []string
		for _, a := range f.Adapters {
			list = append(list, fmt.Sprintf(`{"id":%q,"object":"model","parent":%q}`, a, f.Models[0]))
		}
		for _, m := range f.Models {
			list = append(list, fmt.Sprintf(`{"id":%q,"object":"model","parent":null}`, m))
		}
		fmt.Fprintf(w, `{"object":"list","data":[%s]}`, strings.Join(list, ","))
	case "POST /v1/completions":
		f.generate(w, r, `data: {"choices":[{"index":0,"text":"!","finish_reason":"length"}]}`+"\n\ndata: [DONE]\n\n")
	case "POST /generate_stream":
		f.generate(w, r, `data: {"index":1,"token":{"id":5,"text":"!","special":false},"generated_text":"!","details":{"finish_reason":"length","generated_tokens":1}}`+"\n\n")
	case "GET /api/version":
		fmt.Fprint(w, `{"version":"0.12.3"}`)
	case "GET /server_info":
		fmt.Fprint(w, `{"version":"0.5.23","tp_size":1}`)
	case "POST /api/generate":
		f.generate(w, r, `{"response":"!","done":false}`+"\n"+`{"response":"","done":true,"done_reason":"length","prompt_eval_count":1,"eval_count":1}`+"\n")
	default:
		if r.Method == http.MethodPost {
			f.generate(w, r, chatStream)
			return
		}
		http.NotFound(w, r)
	}
}

const chatStream = `data: {"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"length"}]}` + "\n\ndata: [DONE]\n\n"

func (f *fake) health(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Health == "hang":
		<-r.Context().Done()
	case f.Health == "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html>\n<title>Shop</title>")
	case atomic.AddInt32(&f.Loading, -1) >= 0:
		http.Error(w, "Loading model", http.StatusServiceUnavailable)
	}
}

func (f *fake) generate(w http.ResponseWriter, r *http.Request, stream string) {
	body := make([]byte, r.ContentLength)
	r.Body.Read(body)
	f.asked.Store(&body)
	f.generated.Add(1)
	if atomic.AddInt32(&f.Broken, -1) >= 0 {
		http.Error(w, "warming up", http.StatusServiceUnavailable)
		return
	}
	for _, field := range f.Refuses {
		if strings.Contains(string(body), `"`+field+`"`) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprintf(w, `{"detail":"Unexpected fields in the request: {'%s'}"}`, field)
			return
		}
	}
	if f.Generate != 0 {
		http.Error(w, `{"error":{"message":"no chat template"}}`, f.Generate)
		return
	}
	if f.InStream != "" {
		stream = fmt.Sprintf("data: {\"error\":%q,\"error_type\":\"validation\"}\n\n", f.InStream)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, stream)
}

// respawn starts this binary again, in a session of its own and in another part.
func respawn(part string) {
	path, _ := os.Executable()
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), daemonEnv+"="+part)
	cmd.SysProcAttr = ownSession()
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	if part == "fork" {
		cmd.Wait()
	}
}

func daemon(part string) {
	if part == "fork" {
		respawn("be")
		return
	}
	signal.Ignore(syscall.SIGTERM)
	wait()
}

// install makes a fake the executable of the given name, alone in a folder, and returns its path. Every process that
// comes of it inherits the fake, and a mark, which is returned too.
func install(t *testing.T, name string, f *fake) (path, mark string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f.Record = filepath.Join(dir, "call.json")
	settings, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	mark = filepath.Base(filepath.Dir(dir)) + startID("test")
	t.Setenv(fakeEnv, string(settings))
	t.Setenv(marked.Env, mark)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // under -race, processes else take a second to end
	path = filepath.Join(dir, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path, mark
}

// recorded is how the fake at path was started.
func recorded(t *testing.T, path string) (c call) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "call.json"))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}
