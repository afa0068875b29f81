//go:build engines && linux

package engines

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// markEnv is inherited by all that a splleed starts, so that a test finds it.
const markEnv = "SPLLEED_TEST_MARK"

// command is a run of splleed's, from the shell or from Python.
type command struct {
	*exec.Cmd
	dir            string
	mark           string
	seen           map[int]process // what has come of it
	limit          time.Duration
	stdout, stderr bytes.Buffer
}

// splleed starts `splleed run` with the given flags.
func (e engine) splleed(t *testing.T, flags ...string) *command {
	t.Helper()
	c := e.prepare(t, root(t, "bin", "splleed"))
	c.Args = append(append(c.Args, "run", "--backend", e.backend, "--log-dir", c.dir, "--records", c.file("records"), "-o", c.file("results.json")), flags...)
	return c.start(t)
}

// python starts a run by the Python package.
func (e engine) python(t *testing.T) *command {
	t.Helper()
	c := e.prepare(t, root(t, ".venv", "bin", "python"))
	c.Args = append(c.Args, root(t, "test", "engines", "managed.py"), e.backend, e.modelPath(t))
	c.Dir = c.dir
	c.Env = append(c.Env, "PYTHONPATH="+root(t, "python"), "SPLLEED_BINARY="+root(t, "bin", "splleed"))
	return c.start(t)
}

// prepare prepares a program that will start the engine.
func (e engine) prepare(t *testing.T, program string) *command {
	c := &command{dir: t.TempDir(), limit: e.limit, seen: map[int]process{}}
	c.mark = markEnv + "=" + c.dir
	ctx, cancel := context.WithTimeout(t.Context(), e.limit)
	t.Cleanup(cancel)
	c.Cmd = exec.CommandContext(ctx, program)
	c.Env = append(append(os.Environ(), e.environ...), c.mark, e.env+"="+e.executable(t))
	c.Stdout, c.Stderr = &c.stdout, &c.stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C for it is none for us
	return c
}

// start starts the command. It ends, with what it has started, when its time is up.
func (c *command) start(t *testing.T) *command {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	return c
}

// managed are the flags for a server that splleed starts.
func (e engine) managed(t *testing.T, flags ...string) []string {
	return append([]string{"--managed", "--model", e.modelPath(t), "--set", "port=-1"}, flags...)
}

func (c *command) file(name string) string { return filepath.Join(c.dir, name) }

// end waits for the command, and checks its exit code and that nothing of it is left.
func (c *command) end(t *testing.T, code int) {
	t.Helper()
	c.Wait()
	if got := c.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d\n%s%s", got, code, &c.stdout, &c.stderr)
	}
	if left := c.running(); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

// says checks what was written to stderr.
func (c *command) says(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(c.stderr.String(), w) {
			t.Errorf("it was not said: %q\n%s", w, &c.stderr)
		}
	}
}

// underLoad waits until n measured requests have ended; others are on their way then.
func (c *command) underLoad(t *testing.T, n int) {
	t.Helper()
	c.wrote(t, `"phase":"measured"`, n)
}

// wrote waits until something was written to the journal n times.
func (c *command) wrote(t *testing.T, what string, n int) {
	t.Helper()
	until(t, c.limit, fmt.Sprintf("%d × %s in the journal", n, what), func() bool {
		data, _ := os.ReadFile(c.file("records"))
		return bytes.Count(data, []byte(what)) >= n
	})
}

// request is a line of the journal.
type request struct {
	Phase        string `json:"phase"`
	InputTokens  *int   `json:"input_tokens"`
	CachedTokens *int   `json:"cached_tokens"`
	OutputTokens *int   `json:"output_tokens"`
	CountSource  string `json:"count_source"`
	FinishReason string `json:"finish_reason"`
	RequestedMax int    `json:"max_tokens"`
	Resent       bool   `json:"resent"`
	Failure      *struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"failure"`
}

// journal are all requests that were sent, warm-up and filler included.
func (c *command) journal(t *testing.T) (all []request) {
	t.Helper()
	f, err := os.Open(c.file("records"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r struct {
			Type string `json:"type"` // of a note
			request
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.Type == "" {
			all = append(all, r.request)
		}
	}
	return all
}

// results are what was saved.
type results struct {
	Interrupted bool `json:"interrupted"`
	Results     []struct {
		NumRequests   int `json:"num_requests"`
		NumSuccessful int `json:"num_successful"`
		NumFailed     int `json:"num_failed"`
		Failures      map[string]struct {
			Count   int    `json:"count"`
			Example string `json:"example"`
		} `json:"failures"`
		TTFT   *float64 `json:"ttft_p50_ms"`
		E2E    *float64 `json:"e2el_p50_ms"`
		Server *told    `json:"server"`
	} `json:"results"`
	Environment struct {
		Engine struct {
			Name    string `json:"name"`
			Version string `json:"version"`
			Managed bool   `json:"managed"`
			Probe   struct {
				Input  int `json:"input"`
				Cached int `json:"cached"`
				Output int `json:"output"`
			} `json:"probe_tokens"`
		} `json:"engine"`
	} `json:"environment"`
}

func (c *command) results(t *testing.T) (r results) {
	t.Helper()
	data, err := os.ReadFile(c.file("results.json"))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// probe is what splleed's own first request cost the engine.
func (c *command) probe(t *testing.T) counts {
	t.Helper()
	p := c.results(t).Environment.Engine.Probe
	if p.Output != 1 {
		t.Errorf("the first request had %d tokens, want one", p.Output)
	}
	return counts{output: p.Output, input: p.Input - p.Cached}
}

// tally adds up what splleed knows of the tokens. Requests that were cut off, by it or by the engine (which now and then
// cannot parse the model's noise), are left out of sum: their counts never came. For those, most says what the engine may
// have counted nevertheless.
func tally(t *testing.T, journal []request) (sum, most counts) {
	t.Helper()
	cut := 0
	for _, r := range journal {
		if r.Failure != nil && (r.Failure.Type == "cancelled" || r.Failure.Type == "in_band_error") {
			cut++
			most.output += r.RequestedMax
			continue
		}
		if r.CountSource != "usage" || r.InputTokens == nil || r.OutputTokens == nil {
			t.Fatalf("the engine did not count the tokens of %+v, failure %+v", r, r.Failure)
		}
		sum.output += *r.OutputTokens
		sum.input += *r.InputTokens
		if r.CachedTokens != nil {
			sum.input -= *r.CachedTokens
		}
	}
	most.input = cut * 4096 // as long as the model's context
	return sum, most
}

// agree checks splleed's counts against the engine's.
func agree(t *testing.T, journal []request, engines counts) {
	t.Helper()
	sum, most := tally(t, journal)
	over := engines.minus(sum)
	if over.output < 0 || over.output > most.output || over.input < 0 || over.input > most.input {
		t.Errorf("of %d requests, splleed counts %+v, the engine %+v", len(journal), sum, engines)
	}
	t.Logf("%d requests: %d output and %d uncached input tokens; the engine counts %+d and %+d more, for requests cut off",
		len(journal), sum.output, sum.input, over.output, over.input)
}

// interrupt presses Ctrl-C: nothing is left.
func (c *command) interrupt(t *testing.T) {
	t.Helper()
	t.Logf("running: %v", c.running())
	begun := time.Now()
	c.Process.Signal(os.Interrupt)
	c.end(t, 130)
	t.Logf("gone after %v, 0 processes are left", time.Since(begun).Round(time.Millisecond))
}

// keptWhatWasDone checks the results of a run that was interrupted.
func (c *command) keptWhatWasDone(t *testing.T) {
	t.Helper()
	if r := c.results(t); !r.Interrupted || r.Results[0].NumSuccessful == 0 {
		t.Errorf("what was done is not kept: %+v", r)
	}
}
