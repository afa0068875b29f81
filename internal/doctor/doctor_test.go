package doctor

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/calibrate"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/steal"
)

func ptr[T any](v T) *T { return &v }

// verdicts holds checks against lines "name: verdict: words in what was found".
func verdicts(t *testing.T, got []Check, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d checks, want %d: %+v", len(got), len(want), got)
	}
	for i, c := range got {
		w := strings.SplitN(want[i], ": ", 3)
		if c.Name != w[0] || string(c.Verdict) != w[1] || !strings.Contains(c.Found, w[2]) {
			t.Errorf("%s: %s: %s; want %s", c.Name, c.Verdict, c.Found, want[i])
		}
		if wrong := c.Verdict == Warn || c.Verdict == Bad; wrong != (c.Advice != "") {
			t.Errorf("%s: %s with advice %q", c.Name, c.Verdict, c.Advice)
		}
	}
}

func TestGoodMachine(t *testing.T) {
	verdicts(t, Machine(result.Client{
		CPUs: 8, OpenFiles: ptr[uint64](1 << 20), LocalPorts: ptr(28232), Governor: ptr("performance"), ClockSource: ptr("tsc"), StealShare: ptr(0.0),
	}, 64<<30),
		"streams: ok: 28,232 at once, limited by local ports",
		"cpus: ok: 8 to run on", "governor: ok: performance", "clock source: ok: tsc", "steal: ok: 0.00 %")
}

func TestBadMachine(t *testing.T) {
	verdicts(t, Machine(result.Client{
		CPUs: 4, CgroupCPUs: ptr(0.5), OpenFiles: ptr[uint64](1024), Container: ptr("docker"), Governor: ptr("powersave"), ClockSource: ptr("hpet"),
		StealShare: ptr(0.2), CgroupMemory: ptr[uint64](1 << 20), // 128 streams of 8 KiB
	}, 64<<30),
		"streams: warn: 128 at once, limited by memory",
		"cpus: bad: 0.5 to run on, in a container (docker)", "governor: warn: powersave", "clock source: warn: hpet", "steal: bad: 20.00 %")
	verdicts(t, Machine(result.Client{CPUs: 1, OpenFiles: ptr[uint64](10)}, 0),
		"streams: bad: 0 at once, limited by open files",
		"cpus: warn: 1 to run on", "governor: unknown: not told", "clock source: unknown: not told", "steal: unknown: not told")
}

// Neighbours that came lately, or have left, are not in the figure since boot.
func TestMeanwhile(t *testing.T) {
	verdicts(t, []Check{Meanwhile(steal.Ticks{Stolen: 90, All: 1000}, steal.Ticks{Stolen: 90, All: 2000}), Meanwhile(steal.Ticks{Stolen: 10, All: 100_000}, steal.Ticks{Stolen: 110, All: 101_000}), Meanwhile(steal.Ticks{}, steal.Ticks{})},
		"steal, now: ok: 0.00 % of CPU time during these checks", "steal, now: bad: 10.00 %", "steal, now: unknown: not told")
}

func TestQuiet(t *testing.T) {
	even := func(ms float64) (gaps []float64) {
		for range 100 {
			gaps = append(gaps, ms)
		}
		return gaps
	}
	verdicts(t, Quiet(Calm{Gaps: even(0.05), MapJitter: 0.0001}), "heartbeat: ok: 0.050 ms (p99)", "clock map: ok: jitter 0.1 µs")
	verdicts(t, Quiet(Calm{Gaps: append(even(0.05), 20), Waited: ptr(0.125)}), "heartbeat: warn: 20.000 ms (worst); 12.5 % of the time waiting", "clock map: ok: jitter")
	verdicts(t, Quiet(Calm{Gaps: even(6), MapJitter: 1}), "heartbeat: bad: 6.000 ms (p50)", "clock map: bad: jitter 1000.0 µs")
	verdicts(t, Quiet(Calm{}), "heartbeat: unknown: not told", "clock map: ok: jitter")
}

func TestLook(t *testing.T) {
	if c := Look(t.Context()); len(c.Gaps) != beats || c.MapWidth < 0 || c.MapJitter < 0 {
		t.Errorf("%d gaps, %+v", len(c.Gaps), c)
	}
}

func TestJudgingTransports(t *testing.T) {
	o := calibrate.Outcome{
		Requests: 64, Kernel: 64, Events: 100_000, CPU: time.Second, Took: 2 * time.Second,
		Stamp: calibrate.Errors{P50: 0.004, P99: 0.02}, Send: calibrate.Errors{P99: 0.01}, Lateness: calibrate.Errors{P50: 0.01, P99: 0.1},
	}
	judged := func(kind string) []Check { return []Check{stampError(kind, o), capacity(kind, o), lateness(kind, o)} }
	verdicts(t, judged("epoll"), "stamps, epoll: ok: the kernel's for 64 of 64 streams", "capacity, epoll: ok: 100,000 events/s", "dispatch, epoll: ok: 0.100 ms (p99)")
	o.Kernel, o.Events, o.Stamp.P99, o.Lateness.P99 = 0, 1000, 30, 5
	verdicts(t, judged("portable"), "stamps, portable: bad: the client's own", "capacity, portable: warn: 1,000 events/s", "dispatch, portable: warn: 5.000 ms (p99)")
	if c := stampError("portable", o); !strings.Contains(c.Advice, "as late as its reads") || strings.Contains(c.Advice, "epoll") {
		t.Errorf("the client's own stamps, as on systems without epoll: %s", c.Advice)
	}
	o.Kernel = 64
	if c := stampError("portable", o); strings.Contains(c.Advice, "as late as its reads") {
		t.Errorf("the kernel's stamps, late: %s", c.Advice)
	}
	o.Kernel, o.Stamp.P99 = 0, 0.02
	verdicts(t, judged("epoll")[:1], "stamps, epoll: warn: the client's own")
	if advice := stampError("epoll", o).Advice; !strings.Contains(advice, "gives none") {
		t.Error(advice)
	}
	o.Kernel, o.Stamp.P99 = 64, 30
	if advice := stampError("portable", o).Advice; !strings.Contains(advice, "the kernel itself or the reader is late") {
		t.Error(advice)
	}
	o.Failed, o.Failure, o.CPU = 3, "reset", 0
	verdicts(t, judged("epoll")[:2], "stamps, epoll: bad: 3 of 64 requests failed: reset", "capacity, epoll: unknown: not told")
}

func TestReport(t *testing.T) {
	check := func(want Verdict, verdicts ...Verdict) {
		t.Helper()
		var checks []Check
		for _, v := range verdicts {
			checks = append(checks, Check{Name: "a thing", Verdict: v, Found: strings.Repeat("many words ", 20), Advice: "do something"})
		}
		r := NewReport("1", nil, checks)
		if r.Verdict != want {
			t.Errorf("%v: %s, want %s", verdicts, r.Verdict, want)
		}
		var text bytes.Buffer
		if err := r.Text(&text); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			if len([]rune(line)) > 102 {
				t.Errorf("a long line: %q", line)
			}
		}
		if data, err := json.Marshal(r); err != nil || !json.Valid(data) {
			t.Error(err)
		}
	}
	check(OK)
	check(OK, OK, Unknown)
	check(Warn, Warn, OK, Unknown)
	check(Bad, Warn, Bad, OK)
}
