//go:build engines && linux

package engines

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stops ends a run, and checks that all that came of it goes within the limit, and its memory with it. The system had so
// much available before the run; others use it, too, so half of what was resident and 512 MB are given away.
func (c *command) stops(t *testing.T, available int, limit time.Duration, end func()) {
	t.Helper()
	tree, resident := c.running(), 0
	for _, p := range tree {
		resident += p.memory
	}
	begun := time.Now()
	end()
	until(t, limit, "nothing is left", func() bool { return len(c.running()) == 0 })
	took := time.Since(begun).Round(time.Millisecond)
	until(t, time.Minute, "its memory is available again", func() bool {
		return memoryAvailable(t) > available-resident/2-512<<20
	})
	t.Logf("gone after %v: of %v, %d MB resident, 0 processes are left; available: %d MB before, %d MB after",
		took, tree, resident>>20, available>>20, memoryAvailable(t)>>20)
}

// stopsIdle checks a run of the Python package's from start to stop.
func (e engine) stopsIdle(t *testing.T) {
	available := memoryAvailable(t)
	c := e.python(t)
	c.underLoad(t, 30)
	c.stops(t, available, 10*time.Second, func() { c.end(t, 0) })
	t.Logf("from Python: %s", &c.stdout)
	if got := c.results(t).Environment.Engine; got.Name != e.backend || got.Version == "" || !got.Managed {
		t.Errorf("the engine is %+v", got)
	}
}

// stopsUnderStranger interrupts a run whose server has somebody else's stream, for which it would wait.
func (e engine) stopsUnderStranger(t *testing.T, flags []string) {
	available, port := memoryAvailable(t), freePort(t)
	c := e.splleed(t, append(append(long, flags...), "--set", "port="+port, "--set", "grace_timeout_s=2")...)
	c.underLoad(t, 12)
	stranger := stream(t, "http://127.0.0.1:"+port)
	defer stranger.Close()
	begun := time.Now()
	c.stops(t, available, 5*time.Second, func() {
		c.Process.Signal(os.Interrupt)
		c.end(t, 130)
	})
	// As a rule it takes the grace time of 2 s. Beside vLLM, which keeps all cores busy for the stranger, Linux's autogroups may leave
	// splleed without a core for up to a minute (docs/instrument.md); the stream would go on for several.
	if took := time.Since(begun); took > 100*time.Second {
		t.Errorf("it took %v, want the grace time of 2 s and little more: the server would wait for the stream\n%s", took, &c.stderr)
	}
	if rest, _ := io.ReadAll(stranger); overBefore(string(rest)) {
		t.Errorf("the stranger's stream was not in flight any more, it ends with %q", rest[max(0, len(rest)-200):])
	}
	c.keptWhatWasDone(t)
}

// interruptedStop presses Ctrl-C while a run that is over waits for its server, which somebody else's stream holds up. A
// second signal, of another kind lest both be taken for one, ends splleed at once; its guard stops the server all the same.
func (e engine) interruptedStop(t *testing.T, flags []string) {
	port := freePort(t)
	flags = append(flags, "--concurrency", "2", "--runs", "40", "--max-tokens", "20", "--ignore-eos", "--no-filler", "--set", "port="+port, "--set", "grace_timeout_s=3")
	c := e.splleed(t, flags...)
	c.underLoad(t, 1)
	defer stream(t, "http://127.0.0.1:"+port).Close()
	c.wrote(t, `"complete":true`, 1) // the level is over
	begun := time.Now()
	c.Process.Signal(os.Interrupt)
	c.Process.Signal(syscall.SIGTERM)
	c.Wait()
	ended := time.Since(begun)
	if code := c.ProcessState.ExitCode(); ended > 2*time.Second || code != 130 && code != 143 {
		t.Errorf("splleed ended after %v with code %d, want at once, with that of a signal", ended, code)
	}
	until(t, 8*time.Second, "nothing is left", func() bool { return len(c.running()) == 0 })
	t.Logf("splleed ended after %v with code %d; gone after %v, 0 processes are left",
		ended.Round(time.Millisecond), c.ProcessState.ExitCode(), time.Since(begun).Round(time.Millisecond))
}

// overBefore reports a stream that was not cut off by the stop. vLLM sometimes finds the time to end one as aborted.
func overBefore(stream string) bool {
	ended := strings.Contains(stream, "[DONE]") && !strings.Contains(stream, `"finish_reason":"abort"`)
	return ended || strings.Contains(stream, `"error"`)
}

// stopsWithoutParent kills splleed under load.
func (e engine) stopsWithoutParent(t *testing.T, flags []string) {
	available := memoryAvailable(t)
	c := e.splleed(t, append(append(long, flags...), "--set", "grace_timeout_s=2")...)
	c.underLoad(t, 12)
	c.stops(t, available, 20*time.Second, func() {
		c.Process.Kill()
		c.Wait()
	})
}

// doesNotStart checks that a failed start shows what the engine said last, and leaves no results.
func (e engine) doesNotStart(t *testing.T, name string, flags []string, want ...string) {
	t.Run(name, func(t *testing.T) {
		begun := time.Now()
		c := e.splleed(t, flags...)
		c.end(t, 1)
		c.says(t, want...)
		if c.stdout.Len() > 0 {
			t.Errorf("there are results:\n%s", &c.stdout)
		}
		t.Logf("failed after %v", time.Since(begun).Round(time.Millisecond))
	})
}

func (e engine) portTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	e.doesNotStart(t, "port taken", []string{"--managed", "--model", e.modelPath(t), "--set", "port=" + port}, "port "+port+" of 127.0.0.1 is already in use")
}

// memoryAvailable is how much the system could give, in bytes.
func memoryAvailable(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "MemAvailable:")
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

// stream asks for an answer of a minute or so and returns it when it has begun. What is likeliest is said, since noise now and then ends
// a stream of llama.cpp with an error.
func stream(t *testing.T, url string) io.ReadCloser {
	t.Helper()
	body := `{"prompt":"the","max_tokens":30000,"ignore_eos":true,"temperature":0,"stream":true}`
	res, err := http.Post(url+"/v1/completions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscan(res.Body, new(string)); err != nil {
		t.Fatal(err)
	}
	return res.Body
}
