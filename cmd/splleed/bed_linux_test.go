package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/stats"
)

// bed is a server that knows the truth and a client, each on a core of its own where there are two.
type bed struct {
	*stage
	client, server seat
	host           string // the server's
}

// seat is where a process runs.
type seat struct {
	core int
	net  string // namespace of the network; "" for that of the test
}

func newBed(t *testing.T) *bed {
	t.Helper()
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	var cores []int
	for cpu := range 64 * len(own) {
		if own.IsSet(cpu) {
			cores = append(cores, cpu)
		}
	}
	return &bed{stage: newStage(t, "splleed", fake{}), host: "127.0.0.1",
		client: seat{core: cores[0]}, server: seat{core: cores[len(cores)-1]}}
}

// at is splleed with the arguments of a command line, in its seat once it is started by start.
func (b *bed) at(s seat, args ...string) *exec.Cmd {
	c := b.command(args...)
	if s.net != "" {
		c.Path, c.Args = "/usr/sbin/ip", append([]string{"ip", "netns", "exec", s.net, b.engine}, args...)
	}
	return c
}

// on calls f on a thread that is bound to a core, which processes that it starts inherit.
func (b *bed) on(core int, f func()) {
	b.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := errors.Join(unix.SchedGetaffinity(0, &before), bind(0, core)); err != nil {
		b.t.Fatal(err)
	}
	defer unix.SchedSetaffinity(0, &before)
	f()
}

// bind binds a thread to a core; 0 is the one that calls.
func bind(thread, core int) error {
	var only unix.CPUSet
	only.Set(core)
	return unix.SchedSetaffinity(thread, &only)
}

// serve starts the server and returns its URL.
func (b *bed) serve(args ...string) (url string, server *os.Process) {
	b.t.Helper()
	c := b.at(b.server, append([]string{"sim", "--host", b.host, "--port", "0", "--mode", "script", "--log", "truth"}, args...)...)
	said := filepath.Join(b.dir, "listening")
	out, err := os.Create(said)
	if err != nil {
		b.t.Fatal(err)
	}
	defer out.Close()
	c.Stdout = out
	b.on(b.server.core, func() { err = c.Start() })
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Process.Signal(os.Interrupt); c.Wait() })
	until(b.t, 20*time.Second, "the server listens", func() bool {
		_, url, _ = strings.Cut(strings.TrimSpace(text(said)), "listening on ")
		return url != ""
	})
	return url, c.Process
}

// spinners start two processes that want the client's core, too, until they are called off.
func (b *bed) spinners() (off func()) {
	b.t.Helper()
	var held []io.Closer
	b.on(b.client.core, func() {
		for range 2 {
			c := b.command()
			c.Args = []string{"spinner"}
			in, err := c.StdinPipe()
			if err == nil {
				err = c.Start()
			}
			if err != nil {
				b.t.Fatal(err)
			}
			held = append(held, in)
			b.t.Cleanup(func() { in.Close(); c.Wait() })
		}
	})
	return func() {
		for _, in := range held {
			in.Close()
		}
	}
}

// measure starts a run against the server.
func (b *bed) measure(url string, args ...string) (r *running) {
	b.t.Helper()
	b.on(b.client.core, func() {
		r = b.launch(b.at(b.client, append([]string{"run", "--quiet", "--backend", "vllm", "--endpoint", url, "--warmup", "0", "--no-filler",
			"--input-len", "8", "--records", "records", "-o", "results.json"}, args...)...))
	})
	return r
}

// underLoad waits until the server has answered some requests.
func (b *bed) underLoad(url string) {
	b.t.Helper()
	until(b.t, 20*time.Second, "requests are answered", func() bool {
		response, err := http.Get(url + "/metrics")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		said, _ := io.ReadAll(response.Body)
		_, tokens, _ := strings.Cut(string(said), "vllm:generation_tokens_total{engine=\"0\",model_name=\"sim-small\"} ")
		tokens, _, _ = strings.Cut(tokens, "\n")
		n, _ := strconv.Atoi(tokens)
		return n > 40
	})
}

// level waits for the end of a run, and returns its one level.
func (b *bed) level(r *running, code int) splleed.Level {
	b.t.Helper()
	if got := r.code(); got != code {
		b.t.Fatalf("exit code %d, want %d\n%s%s", got, code, text(r.out), text(r.err))
	}
	return b.results("results.json").Results[0]
}

// unsure is by how much the truth may differ from what its writes say, in ms: those of a server that is late leave together,
// and are one arrival then.
const unsure = 0.1

// holdsTruth fails unless the true median and p99 of ITL lie in the interval that the level gives.
func (b *bed) holdsTruth(l splleed.Level) {
	b.t.Helper()
	low, high := b.trueGaps()
	ends := l.Metrics["itl"].Instrument.Served
	for _, c := range []struct {
		name string
		p    float64
		ends *[2]float64
	}{{"p50", 0.5, ends.P50}, {"p99", 0.99, ends.P99}} {
		from, to := stats.Quantile(low, c.p), stats.Quantile(high, c.p)
		b.t.Logf("ITL %s: the truth is within [%.3f, %.3f] ms, said to be within [%.3f, %.3f]", c.name, from, to, c.ends[0], c.ends[1])
		if c.ends[0] > to+unsure || c.ends[1] < from-unsure {
			b.t.Errorf("ITL %s: the truth, within [%.3f, %.3f] ms, is not within [%.3f, %.3f]", c.name, from, to, c.ends[0], c.ends[1])
		}
	}
}

// trueGaps are the server's own gaps between tokens of the measured requests, in ms: at least, and at most, for it knows
// when each of its writes began and ended. Both are sorted.
func (b *bed) trueGaps() (low, high []float64) {
	b.t.Helper()
	measured := map[string]bool{}
	for line := range jsonLines[struct{ ID, Phase string }](b.t, filepath.Join(b.dir, "records")) {
		measured[line.ID] = line.Phase == "measured"
	}
	for line := range jsonLines[struct {
		ID     string
		Events [][3]int64 // before, after, tokens
	}](b.t, filepath.Join(b.dir, "truth")) {
		if !measured[line.ID] {
			continue
		}
		last := [3]int64{}
		for _, e := range line.Events {
			if e[2] > 0 && last[2] > 0 {
				low, high = append(low, float64(e[0]-last[1])/1e6), append(high, float64(e[1]-last[0])/1e6)
			}
			if e[2] > 0 {
				last = e
			}
		}
	}
	slices.Sort(low)
	slices.Sort(high)
	return low, high
}

func jsonLines[T any](t *testing.T, path string) func(func(T) bool) {
	return func(yield func(T) bool) {
		lines := json.NewDecoder(strings.NewReader(text(path)))
		for lines.More() {
			var line T
			if err := lines.Decode(&line); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if !yield(line) {
				return
			}
		}
	}
}
