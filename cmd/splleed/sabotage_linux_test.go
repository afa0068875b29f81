package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/stats"
)

// Sabotage: what is done to the client from outside must fall to its grade, with the right reason.

func init() { parts["spinner"] = spin }

// spin wants a core for as long as somebody holds the other end of its input, but not for ever.
func spin() {
	go func() {
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
	}
}

// bed is a server that knows the truth and a client, each on a core of its own where there are two.
type bed struct {
	*stage
	client, server int // cores
	host           string
}

func newBed(t *testing.T) *bed {
	t.Helper()
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	b := &bed{stage: newStage(t, "unused", fake{}), client: -1, host: "127.0.0.1"}
	for cpu := range len(own) * 64 {
		if own.IsSet(cpu) {
			if b.server = cpu; b.client < 0 {
				b.client = cpu
			}
		}
	}
	return b
}

// on calls f on a thread that is bound to a core, which processes that it starts inherit.
func (b *bed) on(core int, f func()) {
	b.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, only unix.CPUSet
	only.Set(core)
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		b.t.Fatal(err)
	}
	if err := unix.SchedSetaffinity(0, &only); err != nil {
		b.t.Fatal(err)
	}
	defer unix.SchedSetaffinity(0, &before)
	f()
}

// serve starts the server and returns its URL.
func (b *bed) serve(args ...string) (url string, server *os.Process) {
	b.t.Helper()
	c := b.command(append([]string{"sim", "--host", b.host, "--port", "0", "--mode", "script", "--log", "truth"}, args...)...)
	said := filepath.Join(b.dir, "listening")
	out, err := os.Create(said)
	if err != nil {
		b.t.Fatal(err)
	}
	defer out.Close()
	c.Stdout = out
	b.on(b.server, func() { err = c.Start() })
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

// spinners start two processes that want the client's core, too.
func (b *bed) spinners() {
	b.t.Helper()
	b.on(b.client, func() {
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
			b.t.Cleanup(func() { in.Close(); c.Wait() })
		}
	})
}

// measure starts a run against the server.
func (b *bed) measure(url string, args ...string) (r *running) {
	b.t.Helper()
	b.on(b.client, func() {
		r = b.start(append([]string{"run", "--quiet", "--backend", "vllm", "--endpoint", url, "--warmup", "0", "--no-filler",
			"--input-len", "8", "--records", "records", "-o", "results.json"}, args...)...)
	})
	return r
}

// level waits for the end of a run, and returns its one level.
func (b *bed) level(r *running, code int) splleed.Level {
	b.t.Helper()
	if got := r.code(); got != code {
		b.t.Fatalf("exit code %d, want %d\n%s%s", got, code, text(r.out), text(r.err))
	}
	return b.results("results.json").Results[0]
}

// blamed fails unless the grade fell for each of the reasons.
func blamed(t *testing.T, l splleed.Level, reasons ...string) {
	t.Helper()
	all := strings.Join(l.Instrument.Reasons, "\n")
	for _, want := range reasons {
		if l.Instrument.Grade == "ok" || !strings.Contains(all, want) {
			t.Errorf("grade %s, for\n%s\nwant %q", l.Instrument.Grade, all, want)
		}
	}
}

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
		if c.ends[0] > to || c.ends[1] < from {
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

// lowered sets how many files a process may have open.
func lowered(pid, files int) error {
	limit := unix.Rlimit{Cur: uint64(files), Max: uint64(files)}
	return unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil)
}

// Two processes want the client's core: the kernel's stamps are right all the same, and the grade falls.
func TestTakenCPU(t *testing.T) {
	for _, transport := range []string{"epoll", "portable"} {
		t.Run(transport, func(t *testing.T) {
			b := newBed(t)
			url, server := b.serve("--ttft-ms", "20", "--itl-ms", "8")
			b.spinners()
			l := b.level(b.measure(url, "--transport", transport, "--concurrency", "32", "--runs", "96", "--max-tokens", "64"), 0)
			server.Signal(os.Interrupt) // which writes the log to its end
			server.Wait()
			blamed(t, l, "the client was starved: its threads waited for a core")
			b.holdsTruth(l)
		})
	}
}

// A client that is stopped again and again is late to look, and late to send.
func TestStoppedClient(t *testing.T) {
	b := newBed(t)
	url, _ := b.serve("--ttft-ms", "5", "--itl-ms", "5")
	r := b.measure(url, "--arrival-rate", "100", "--arrival-pattern", "constant", "--runs", "300", "--max-tokens", "4")
	until(t, 20*time.Second, "requests are answered", func() bool { return strings.Contains(text(filepath.Join(b.dir, "records")), "measured") })
	for range 4 {
		r.Process.Signal(syscall.SIGSTOP)
		time.Sleep(60 * time.Millisecond)
		r.Process.Signal(syscall.SIGCONT)
		time.Sleep(200 * time.Millisecond)
	}
	blamed(t, b.level(r, 0), "the client was starved: a core that serves the network was out of reach", "requests went up to")
}

// A client that may open too few connections says so of each request, and that it did not keep up the load.
func TestCappedConnections(t *testing.T) {
	b := newBed(t)
	url, _ := b.serve("--ttft-ms", "5", "--itl-ms", "5")
	r := b.measure(url, "--concurrency", "32", "--connection", "per-request", "--runs", "2000", "--max-tokens", "8")
	until(t, 20*time.Second, "requests are answered", func() bool { return strings.Contains(text(filepath.Join(b.dir, "records")), "measured") })
	if err := lowered(r.Process.Pid, 24); err != nil {
		t.Fatal(err)
	}
	l := b.level(r, 3)
	fmt.Println(l.Instrument.Reasons, l.Failures, text(r.err))
	blamed(t, l, "the client held the load back")
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
