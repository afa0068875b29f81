package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/splleed/splleed/internal/result"
)

var update = flag.Bool("update", false, "write the golden files")

func ptr[T any](x T) *T { return &x }

// level is made by hand: each latency of a metric is its base, times 1.0, 1.5, 2.5 and 1.1 for p50, p95, p99 and mean.
func level(concurrency, n int, scale float64) result.Level {
	l := result.Level{
		Concurrency: ptr(concurrency), NumRequests: n, NumSuccessful: n,
		Window:     result.Window{Kind: "full_swing", DurationSec: ptr(10.0)},
		Throughput: result.Throughput{RequestsPerSec: ptr(1.25 * float64(concurrency)), OutputTokensPerSec: ptr(40.125 * float64(concurrency))},
		Metrics:    map[string]result.Metric{},
	}
	for metric, base := range map[string]float64{"ttft": 23.4, "itl": 3.21, "icl": 3.3, "stall": 9.8, "tpot": 3.2, "e2e": 123.4} {
		l.Metrics[metric] = result.Metric{Served: summary(n, base*scale)}
	}
	flatten(&l)
	return l
}

func summary(n int, base float64) result.Summary {
	s := result.Summary{N: n, P50: ptr(base), P95: ptr(base * 1.5), P99: ptr(base * 2.5), Mean: ptr(base * 1.1)}
	if n < 72 {
		s.Unsupported = append(s.Unsupported, "p95")
	}
	if n < 368 {
		s.Unsupported = append(s.Unsupported, "p99")
	}
	return s
}

// flatten copies the summaries into the flat keys.
func flatten(l *result.Level) {
	flat := func(metric string, fields ...**float64) {
		s := l.Metrics[metric].Served
		for i, q := range latencyColumns {
			*fields[i] = s.At(q)
		}
	}
	flat("ttft", &l.TTFTP50Ms, &l.TTFTP95Ms, &l.TTFTP99Ms, &l.TTFTMeanMs)
	flat("itl", &l.ITLP50Ms, &l.ITLP95Ms, &l.ITLP99Ms, &l.ITLMeanMs)
	flat("tpot", &l.TPOTP50Ms, &l.TPOTP95Ms, &l.TPOTP99Ms, &l.TPOTMeanMs)
	flat("e2e", &l.E2ELP50Ms, &l.E2ELP95Ms, &l.E2ELP99Ms, &l.E2ELMeanMs)
}

// graded says that the statistics of a metric lie between a share of them and themselves.
func graded(l *result.Level, metric string, grade result.Grade, share float64) {
	m := l.Metrics[metric]
	ends := func(x *float64) *[2]float64 { return &[2]float64{*x * share, *x} }
	m.Instrument = &result.Error{Grade: grade, Served: result.Ends{
		P50: ends(m.Served.P50), P95: ends(m.Served.P95), P99: ends(m.Served.P99), Mean: ends(m.Served.Mean),
	}}
	l.Metrics[metric] = m
}

func run(levels ...result.Level) *result.Run {
	return &result.Run{
		SchemaVersion: result.SchemaVersion, Engine: "vllm", Model: "Qwen/Qwen2.5-0.5B-Instruct", NTrials: 1, Results: levels,
		Timestamp: result.Time{Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}, Config: json.RawMessage(`{}`),
	}
}

// withTrials repeats the levels as trials, and puts an interval of ±4 % around every statistic.
func withTrials(r *result.Run, trials int) *result.Run {
	r.NTrials = trials
	for i := range trials {
		r.TrialResults = append(r.TrialResults, result.Trial{TrialIndex: i, ConcurrencyResults: r.Results})
	}
	for i := range r.Results {
		l := &r.Results[i]
		a := result.Aggregate{Concurrency: l.Concurrency, NumRequests: l.NumRequests, Intervals: map[string]result.Interval{}}
		for _, s := range result.Stats {
			if x := s.Get(l); x != nil {
				i := result.Interval{Mean: x, CILower: ptr(*x * 0.96), CIUpper: ptr(*x * 1.04), NSamples: trials, ConfidenceLevel: 0.95}
				if s.Ends != nil {
					i.Instrument = s.Ends(l)
				}
				a.Intervals[s.Key] = i
			}
		}
		a.LengthBias = map[string]result.LengthBias{
			"ttft_p50_ms": {Half: ptr(0.0012), Lower: ptr(-0.002), Upper: ptr(0.0044), NSamples: trials},
			"ttft_p99_ms": {Half: ptr(-0.0525), Lower: ptr(-0.164), Upper: ptr(0.0732), NSamples: trials},
			"e2el_p99_ms": {Half: ptr(-0.1), NSamples: 1},
		}
		r.AggregatedResults = append(r.AggregatedResults, a)
	}
	return r
}

// server has told all that the report speaks of.
func server() *result.Server {
	gauge := func(mean, most float64) result.Gauge { return result.Gauge{N: 9, Mean: ptr(mean), Max: ptr(most)} }
	latency := func(theirs, ours float64) result.ServerLatency {
		return result.ServerLatency{N: 64, MeanMs: ptr(theirs), ClientN: 64, ClientMeanMs: ptr(ours)}
	}
	return &result.Server{
		Engine: "vllm", Scrapes: 11,
		Gauges:             map[string]result.Gauge{"running": gauge(3.75, 4), "waiting": gauge(0.5, 2), "kv_cache_usage": gauge(0.25, 0.5)},
		Counters:           map[string]float64{"preemptions": 2, "prompt_tokens": 640, "generation_tokens": 2048},
		PrefixCacheHitRate: ptr(0.125), SpecDecodeAcceptance: ptr(0.625),
		Latencies: map[string]result.ServerLatency{"ttft": latency(22, 23.4), "itl": latency(3.1, 3.21), "e2e": latency(120, 123.4)},
	}
}

func gpus() *result.GPUUse {
	return &result.GPUUse{
		Source: "nvidia-smi", Readings: 11, PowerW: ptr(401.5), JoulesPerOutputToken: ptr(2.5),
		Gauges: map[string]result.Gauge{"utilization_pct": {N: 9, Mean: ptr(87.5)}, "memory_mib": {N: 9, Max: ptr(70600.0)}},
	}
}

func cases() map[string]*result.Run {
	one := run(level(1, 64, 1))
	one.Simulated, one.Engine, one.Model = true, "sim", "sim-small"
	one.Warnings = []string{"the prompts repeat: 40 % of the input tokens had been sent before, so a prefix cache may have answered"}

	var levels []result.Level
	for i := range 8 {
		l := level(1<<i, 400, 1+float64(i)/4)
		l.GoodputPct, l.Goodput = ptr(100-float64(i)), &result.Goodput{Percent: ptr(100 - float64(i))}
		levels = append(levels, l)
	}
	sweep := withTrials(run(levels...), 3)
	sweep.GPU = ptr("NVIDIA A100-SXM4-80GB (80GB, CUDA 12.4)")
	sweep.Environment.Engine = &result.EngineInfo{Name: "vllm", Version: ptr("0.11.0")}

	failing := level(8, 64, 1)
	failing.NumSuccessful, failing.NumFailed = 60, 4
	failing.Failures = map[string]result.Failures{
		"timeout_total": {Count: 1, Example: "no end after 600 s"},
		"http_5xx":      {Count: 3, Example: "status 500: {\"error\": \"CUDA out of memory\x1b[2J\nwhile allocating 2.00 GiB on device 0; 512 MiB are free\"}"},
	}
	m := failing.Metrics["ttft"]
	m.Offered = &result.Summary{N: 64, Lost: 4, P50: ptr(24.0), Beyond: []string{"p95", "p99", "p99_9"}, EarlyStopping: map[string]result.EarlyStopping{
		"p90": {Rank: 1, Needed: 64, Confidence: 0.99, Assumes: result.IIDOnly}, "p99": {Needed: 662, Confidence: 0.99, Assumes: result.IIDOnly},
	}}
	failing.Metrics["ttft"] = m
	e := failing.Metrics["e2e"]
	e.Offered = &result.Summary{N: 64, EarlyStopping: map[string]result.EarlyStopping{"p90": {Upper: ptr(567.8), Rank: 1, Needed: 64}}}
	failing.Metrics["e2e"] = e
	failing.Tokens.ITLSources = map[string]int{"chunks": 60}
	failing.Tokens.PerArrival = map[string]int{"1": 750, "4": 250}
	failing.Tokens.CachedInputShare = ptr(0.375)
	failing.Window.Kind = "short"
	failing.Warnings = []string{"fewer requests than two turns of every slot"}
	failures := run(level(1, 64, 1), failing)
	failures.Interrupted = true

	open := []result.Level{level(2, 400, 1), level(8, 400, 1.5)}
	open[0].Concurrency, open[0].ArrivalRate = nil, ptr(2.5)
	open[1].Concurrency, open[1].ArrivalRate = ptr(64), ptr(10.0)

	for i := range open {
		m := open[i].Metrics["ttft"]
		m.Start = "scheduled"
		open[i].Metrics["ttft"] = m
	}

	dead := result.Level{Concurrency: ptr(4), NumRequests: 10, NumFailed: 10, Failures: map[string]result.Failures{
		"connect": {Count: 10, Example: "connection refused"},
	}}

	starved := level(8, 400, 1)
	graded(&starved, "ttft", result.OK, 0.99)
	graded(&starved, "itl", result.Degraded, 0.96)
	graded(&starved, "stall", result.Invalid, 0.5)
	starved.Instrument = &result.Instrument{Grade: result.Invalid, Reasons: []string{"3 chunks were read late and came merged: stall"}, Transport: "epoll", Stamps: "kernel"}
	starved.Metrics["itl"].Instrument.Served.P50 = &[2]float64{3.209, 3.21} // both print as 3.21

	huge := level(1024, 1000000, 1e6)
	huge.GoodputPct, huge.Throughput.OutputTokensPerSec = ptr(99.9), ptr(12345678.9)

	told, some := level(4, 64, 1), level(8, 64, 1)
	told.Server, told.GPU = server(), gpus()
	some.GPU = &result.GPUUse{Source: "dcgm", Readings: 3, Failed: 2, FailedExample: "answered 503 Service Unavailable"}

	return map[string]*result.Run{
		"told": run(told, some), "starved": run(starved, level(1, 400, 1)), "starved_trials": withTrials(run(starved), 3),
		"one": one, "sweep": sweep, "failures": failures, "open": run(open...), "dead": run(dead), "huge": withTrials(run(huge), 5),
	}
}

func TestText(t *testing.T) {
	for name, r := range cases() {
		var got bytes.Buffer
		if err := Text(&got, r, Style{}); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", got.Bytes())
		for _, line := range strings.Split(got.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > width || strings.HasSuffix(line, " ") || strings.Contains(line, "\x1b") {
				t.Errorf("%s: %d columns: %q", name, n, line)
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got\n%s\nwant\n%s", path, got, want)
	}
}

func text(t *testing.T, r *result.Run) string {
	t.Helper()
	var out bytes.Buffer
	if err := Text(&out, r, Style{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestNothingMeasuredHasNoTables(t *testing.T) {
	r := run()
	r.Interrupted = true
	if got := text(t, r); strings.Contains(got, "Latency") || !strings.Contains(got, "INTERRUPTED") {
		t.Errorf("a run without levels reads\n%s", got)
	}
}

func TestLegendNamesTheConfidenceLevel(t *testing.T) {
	r := withTrials(run(level(1, 400, 1)), 3)
	for key, i := range r.AggregatedResults[0].Intervals {
		i.ConfidenceLevel = 0.999
		r.AggregatedResults[0].Intervals[key] = i
	}
	if got := text(t, r); !strings.Contains(strings.Join(strings.Fields(got), " "), "a 99.9 % Student-t interval over 3 trials") {
		t.Errorf("an interval of 99.9 %% reads\n%s", got)
	}
}

// The second trial of two was stopped before its level of many requests ran: that of few marks its own row only.
func TestSupportIsThatOfTheSameLevel(t *testing.T) {
	few, many := level(1, 100, 1), level(8, 400, 1)
	r := run(many, few)
	r.TrialResults = []result.Trial{{ConcurrencyResults: []result.Level{many, few}}, {ConcurrencyResults: []result.Level{few}}}
	p := &page{run: r}
	if got := [2]string{p.support(0, "ttft", "p99"), p.support(1, "ttft", "p99")}; got != [2]string{"", "?"} {
		t.Errorf("marks are %q, want none and ?", got)
	}
}

func TestColourChangesNothingElse(t *testing.T) {
	for name, r := range cases() {
		var plain, colour bytes.Buffer
		if Text(&plain, r, Style{}) != nil || Text(&colour, r, Style{Color: true}) != nil {
			t.Fatal("does not write")
		}
		bare := strings.NewReplacer(string(bold), "", string(dim), "", string(red), "", string(yellow), "", "\x1b[0m", "").Replace(colour.String())
		if colour.Len() == plain.Len() || bare != plain.String() {
			t.Errorf("%s: without its colours the text is another", name)
		}
	}
}

func TestDigits(t *testing.T) {
	check := func(x float64, value, half string) {
		t.Helper()
		if digits(x) != value || rough(x) != half {
			t.Errorf("%v: %s ±%s, want %s ±%s", x, digits(x), rough(x), value, half)
		}
	}
	check(0, "0.000", "0.000")
	check(0.0216, "0.022", "0.022")
	check(0.5, "0.500", "0.50")
	check(3.2149, "3.21", "3.2")
	check(99.999, "100.00", "100")
	check(123.45, "123.5", "123")
	check(1234.5, "1234", "1234")
	check(12345678, "12345678", "12345678")
	check(1.5e16, "1.5e+16", "1.5e+16")
}

func TestCSV(t *testing.T) {
	table := func(r *result.Run) [][]string {
		t.Helper()
		var out bytes.Buffer
		if err := CSV(&out, r, Style{}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	eight := level(8, 64, 2)
	graded(&eight, "e2e", result.Degraded, 0.5)
	eight.Instrument = &result.Instrument{
		Grade: result.Degraded, Reasons: []string{"first", "second"}, Transport: "epoll", Stamps: "kernel", Merged: 3,
		Lateness: &result.Summary{P99: ptr(0.25)}, Path: result.Path{Kind: "loopback"}, Client: &result.ClientState{StealShare: ptr(0.01)},
	}
	rows := table(withTrials(run(level(1, 64, 1), eight), 3))
	const legacy = "concurrency,num_requests,num_successful,num_failed,throughput_tokens_per_sec,throughput_requests_per_sec," +
		"ttft_p50_ms,ttft_p95_ms,ttft_p99_ms,ttft_mean_ms,itl_p50_ms,itl_p95_ms,itl_p99_ms,itl_mean_ms,tpot_mean_ms," +
		"e2el_p50_ms,e2el_p95_ms,e2el_p99_ms,e2el_mean_ms,goodput_pct,scope,arrival_rate"
	if got := strings.Join(rows[0][:22], ","); got != legacy {
		t.Errorf("columns are\n%s\nwant\n%s", got, legacy)
	}
	if len(rows) != 1+2+3*2 {
		t.Fatalf("%d rows, want a header, 2 pooled and 3 × 2", len(rows))
	}
	check := func(row int, column, want string) {
		t.Helper()
		for i, name := range rows[0] {
			if name == column {
				if rows[row][i] != want {
					t.Errorf("row %d, %s: %q, want %q", row, column, rows[row][i], want)
				}
				return
			}
		}
		t.Errorf("no column %s", column)
	}
	check(1, "concurrency", "1")
	check(1, "scope", "pooled")
	check(2, "concurrency", "8")
	check(2, "ttft_p50_ms", "46.8") // 23.4 × 2
	check(2, "icl_p99_ms", "16.5")  // 3.3 × 2 × 2.5
	check(2, "output_tokens_per_sec", "321")
	check(2, "ttft_p50_ms_ci_lower", "44.928") // × 0.96
	check(2, "ttft_p50_ms_ci_upper", "48.672")
	check(2, "goodput_pct", "")
	check(2, "goodput_pct_ci_lower", "")
	check(2, "e2e_n", "64")
	check(1, "instrument_grade", "") // nothing is known of it
	check(1, "e2el_p50_ms_instrument_lower", "")
	for _, row := range []int{2, 8} { // pooled, and of a trial
		check(row, "instrument_grade", "degraded")
		check(row, "instrument_reasons", "first; second")
		check(row, "transport", "epoll")
		check(row, "stamps", "kernel")
		check(row, "path", "loopback")
		check(row, "merged", "3")
		check(row, "lateness_p99_ms", "0.25")
		check(row, "lateness_max_ms", "")
		check(row, "stamp_lag_p99_ms", "")
		check(row, "client_steal_share", "0.01")
		check(row, "e2e_instrument_grade", "degraded")
		check(row, "ttft_instrument_grade", "")
		check(row, "e2el_p50_ms_instrument_lower", "123.4") // 123.4 × 2 × 0.5
		check(row, "e2el_p50_ms_instrument_upper", "246.8")
	}
	check(4, "scope", "0")
	check(8, "scope", "2")
	check(8, "ttft_p50_ms", "46.8")
	check(8, "ttft_p50_ms_ci_lower", "")
	check(2, "server_running_mean", "")
	check(2, "gpu_power_mean_w", "")

	l := level(4, 64, 1)
	l.Server, l.GPU = server(), gpus()
	rows = table(run(l))
	check(1, "server_running_mean", "3.75")
	check(1, "server_waiting_max", "2")
	check(1, "server_kv_cache_usage_max", "0.5")
	check(1, "server_prefix_cache_hit_rate", "0.125")
	check(1, "server_spec_decode_acceptance", "0.625")
	check(1, "server_preemptions", "2")
	check(1, "server_generation_tokens", "2048")
	check(1, "server_ttft_mean_ms", "22")
	check(1, "server_queue_time_mean_ms", "") // it does not tell
	check(1, "gpu_utilization_mean_pct", "87.5")
	check(1, "gpu_power_mean_w", "401.5")
	check(1, "gpu_memory_max_mib", "70600")
	check(1, "joules_per_output_token", "2.5")
}

func TestSaveAndParse(t *testing.T) {
	dir := t.TempDir()
	want := withTrials(run(level(1, 64, 1), level(8, 64, 2)), 3)
	path := filepath.Join(dir, "new", "folder", "out.JSON")
	if err := Save(path, want); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	// Compared as JSON: maps that were nil come back empty.
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || !reflect.DeepEqual(x, y) {
		t.Errorf("round trip:\n got %s\nwant %s", b, a)
	}
	if err := Save(filepath.Join(dir, "out.csv"), want); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSaveKeepsWhatItReplaces(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.csv"), filepath.Join(dir, "link.csv")
	if os.WriteFile(real, []byte("old"), 0o600) != nil || os.Symlink("real.csv", link) != nil {
		t.Fatal("cannot prepare")
	}
	if err := Save(link, run(level(1, 64, 1))); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(real)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() < 100 {
		t.Errorf("the real file is %v, %v", info, err)
	}
	if l, _ := os.Lstat(link); l.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
}

func TestSaveRefuses(t *testing.T) {
	check := func(path, want string) {
		t.Helper()
		if err := Save(path, run()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	check("out.md", `out.md: unknown extension ".md"; want .json, .csv, .xml`)
	check("out", `out: unknown extension ""; want .json, .csv, .xml`)
}

func TestParseRefuses(t *testing.T) {
	check := func(data, want string) {
		t.Helper()
		if _, err := Parse([]byte(data)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", data, err, want)
		}
	}
	check(fmt.Sprintf(`{"schema_version":%d,"results":"in another form"}`, result.SchemaVersion+1), "schema version 2 is newer than this splleed's (1)")
	check(`{"engine":"vllm"}`, "not results of splleed, or older")
	check(`[]`, "not results of splleed")
	check(`x`, "not results of splleed")
}
