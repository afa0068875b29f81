package splleed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// journalled runs a benchmark, and returns its results and its journal.
func journalled(t *testing.T, b splleed.Benchmark) (*splleed.Results, string) {
	t.Helper()
	var journal bytes.Buffer
	b.Records = &journal
	results, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return results, journal.String()
}

// short is a run of two levels.
func short() splleed.Benchmark {
	return splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 5, ITLMs: 1}, Prompts: []string{"one", "two", "three"}, Concurrency: []int{1, 3},
		Sampling: splleed.Sampling{MaxTokens: 6}, Runs: 12, SLO: splleed.SLO{TTFTMs: 50, TPOTMs: 1},
	}
}

func rescored(t *testing.T, with splleed.Scoring, journals ...string) *splleed.Results {
	t.Helper()
	results, err := splleed.Merge(with, readers(journals)...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// same fails unless two results have the same JSON.
func same(t *testing.T, got, want *splleed.Results) {
	t.Helper()
	g, _ := got.ToJSON()
	w, _ := want.ToJSON()
	gs, ws := strings.Split(string(g), "\n"), strings.Split(string(w), "\n")
	for i := range min(len(gs), len(ws)) {
		if gs[i] != ws[i] {
			t.Fatalf("line %d of the JSON is\n%s\nwant\n%s", i+1, gs[i], ws[i])
		}
	}
	if len(gs) != len(ws) {
		t.Errorf("%d lines of JSON, want %d", len(gs), len(ws))
	}
}

// The journal holds all that results are made of.
func TestRescoreGivesTheRunsResults(t *testing.T) {
	check := func(name string, change func(*splleed.Benchmark)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := short()
			change(&b)
			want, journal := journalled(t, b)
			same(t, rescored(t, splleed.Scoring{}, journal), want)
		})
	}
	check("one trial", func(*splleed.Benchmark) {})
	check("trials", func(b *splleed.Benchmark) { b.Trials = 3 })
	check("restarts", func(b *splleed.Benchmark) { b.Trials, b.RestartBetweenTrials = 2, true })
	check("open loop", func(b *splleed.Benchmark) {
		b.Mode, b.Concurrency, b.ArrivalRate = splleed.Serve, nil, []float64{100, 200}
	})
	check("failures", func(b *splleed.Benchmark) {
		b.Backend = splleed.Sim{Speed: 20, Faults: []string{"http_500:every=3", "truncate:every=5"}}
		b.MaxErrorRate = new(float64)
		*b.MaxErrorRate = 1
	})
	check("runs by default", func(b *splleed.Benchmark) { b.Runs = 0 })
	check("prompts kept", func(b *splleed.Benchmark) { b.SavePrompts = true })
}

// A load that is meant to change has no steady state to look for. The journal knows which does.
func TestShapedLoadsAreNotHeldSteady(t *testing.T) {
	for shape, looked := range map[string]bool{"": true, "ramp:300..500/200ms": false} {
		b := short()
		b.Mode, b.Concurrency, b.ArrivalRate, b.Shape, b.Runs = splleed.Serve, nil, []float64{500}, shape, 100
		if shape != "" {
			b.ArrivalRate, b.Runs = nil, 0
			b.DurationS = 0.4
		}
		ran, journal := journalled(t, b)
		for _, r := range []*splleed.Results{ran, rescored(t, splleed.Scoring{}, journal)} {
			if n, got := r.Results[0].NumRequests, r.Results[0].Transient != nil; n < 100 || got != looked {
				t.Errorf("shape %q, %d requests: looked for a transient: %v", shape, n, got)
			}
		}
	}
}

// Other goals, percentiles and intervals need no server.
func TestRescoreAnew(t *testing.T) {
	b := short()
	b.Trials = 2
	ran, journal := journalled(t, b)
	if g := *ran.Results[0].GoodputPct; g == 100 {
		t.Fatalf("goodput %v: the goals of the run are to be missed", g)
	}
	r := rescored(t, splleed.Scoring{SLO: &splleed.SLO{TTFTMs: 60_000}, Percentiles: []float64{75, 50}, ConfidenceLevel: 0.5, EarlyStopping: true}, journal)
	l := r.Results[0]
	if *l.GoodputPct != 100 {
		t.Errorf("goodput %v with a goal that all meet", *l.GoodputPct)
	}
	served := l.Metrics["ttft"].Served
	p50, p75 := served.Percentiles["p50"], served.Percentiles["p75"]
	if p50 == nil || *p50 != *served.P50 || p75 == nil || *p75 < *p50 || *p75 > *served.P90 {
		t.Errorf("further percentiles are %v, beside %v and %v", served.Percentiles, *served.P50, *served.P90)
	}
	if b := l.Metrics["ttft"].Offered.EarlyStopping["p50"]; b.Upper == nil || *b.Upper < *served.P50 {
		t.Errorf("a bound on p50 of %+v, beside %v", b, *served.P50)
	}
	if got := r.AggregatedResults[0].Intervals["ttft_p50_ms"].ConfidenceLevel; got != 0.5 {
		t.Errorf("intervals of level %v, want 0.5", got)
	}
	var bad *splleed.ConfigError
	for _, with := range []splleed.Scoring{{Percentiles: []float64{100}}, {ConfidenceLevel: 2}, {SLO: &splleed.SLO{TTFTMs: -1}}} {
		if _, err := splleed.Rescore(strings.NewReader(journal), with); !errors.As(err, &bad) {
			t.Errorf("%+v: %v, want a ConfigError", with, err)
		}
	}
}

// disk is a file on a disk that has so many bytes left.
type disk struct {
	bytes.Buffer
	left int
}

func (d *disk) Write(p []byte) (int, error) {
	n := min(len(p), d.left)
	d.left -= n
	d.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

// A disk that fills up while the run goes on: results are whole and say so, and what the journal holds can be scored.
func TestRescoreOfAJournalOnAFullDisk(t *testing.T) {
	d := &disk{left: 20_000}
	b := short()
	b.Records = d
	results, err := b.Run(t.Context())
	if results == nil || !errors.Is(err, errFull) || results.Results[1].NumSuccessful != 12 {
		t.Fatalf("results %+v, error %v", results, err)
	}
	if !strings.Contains(strings.Join(results.Warnings, "; "), errFull.Error()) || results.Identity.JournalHash != nil {
		t.Errorf("warnings %q do not tell of it, or the journal has a hash", results.Warnings)
	}
	again, err := splleed.Rescore(strings.NewReader(d.String()), splleed.Scoring{})
	if err != nil || len(again.Results) == 0 || !strings.Contains(strings.Join(again.Warnings, "; "), "cut short") {
		t.Errorf("what the journal holds: %v, %+v", err, again)
	}
}

// Whatever is cut off or scribbled over, the rest is read, and what is missing is said.
func TestRescoreOfDamagedJournals(t *testing.T) {
	b := short()
	b.Trials = 2
	_, journal := journalled(t, b)
	lines := strings.SplitAfter(journal, "\n")
	check := func(name, journal string, requests int, warnings ...string) {
		t.Helper()
		r, err := splleed.Rescore(strings.NewReader(journal), splleed.Scoring{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		n := 0
		for _, l := range r.Results {
			n += l.NumRequests
		}
		if n != requests {
			t.Errorf("%s: %d requests, want %d", name, n, requests)
		}
		said := strings.Join(r.Warnings, "; ")
		for _, w := range warnings {
			if !strings.Contains(said, w) {
				t.Errorf("%s: warnings %q do not say %q", name, said, w)
			}
		}
	}
	check("whole", journal, 48)
	// The last record of the second level's measured ones and all that follows are gone: a kill -9.
	last := 0
	for i, line := range lines {
		if strings.Contains(line, `"phase":"measured"`) {
			last = i
		}
	}
	cut := strings.Join(lines[:last], "") + lines[last][:40]
	check("killed", cut, 47, "cut short", "ends before its run did", "1 levels were cut off")
	check("a line lost", strings.Replace(journal, lines[last], "\x00\x00\n", 1), 47, fmt.Sprintf("1 lines cannot be read (the first is line %d)", last+1))
	for _, wrong := range []string{"", "{}\n", "hello\n", strings.Join(lines[1:3], ""), `{"type":"run","note":{"journal":99}}` + "\n"} {
		if _, err := splleed.Rescore(strings.NewReader(wrong), splleed.Scoring{}); err == nil {
			t.Errorf("a journal of %.50q is no error", wrong)
		}
	}
}

// A run that was killed at any byte is read up to there.
func FuzzRescore(f *testing.F) {
	b := short()
	b.Runs, b.Concurrency = 3, []int{2}
	var journal bytes.Buffer
	b.Records = &journal
	if _, err := b.Run(context.Background()); err != nil {
		f.Fatal(err)
	}
	f.Add(journal.Bytes(), uint(0))
	f.Add(journal.Bytes(), uint(700))
	f.Fuzz(func(t *testing.T, data []byte, cut uint) {
		data = data[:len(data)-int(cut%uint(len(data)+1))]
		r, err := splleed.Rescore(bytes.NewReader(data), splleed.Scoring{})
		if r == nil && err == nil {
			t.Error("neither results nor an error")
		}
	})
}

// The trials of several runs are those of one.
func TestMerge(t *testing.T) {
	b := short()
	b.Trials = 2
	_, first := journalled(t, b)
	b.Trials, b.Backend = 1, splleed.Sim{Mode: "script", TTFTMs: 6, ITLMs: 1}
	_, second := journalled(t, b)
	r := rescored(t, splleed.Scoring{}, first, second)
	if r.NTrials != 3 || len(r.TrialResults) != 3 || r.TrialResults[2].TrialIndex != 2 || r.Interrupted {
		t.Errorf("%d trials, interrupted %v; want the two and the one", len(r.TrialResults), r.Interrupted)
	}
	if n := r.Results[1].NumRequests; n != 36 {
		t.Errorf("%d requests pooled, want 3 × 12", n)
	}
	if n := r.AggregatedResults[0].Intervals["ttft_p50_ms"].NSamples; n != 3 {
		t.Errorf("intervals over %d trials, want 3", n)
	}
	if r.TrialResults[0].ServerStart == r.TrialResults[2].ServerStart {
		t.Error("two servers have one start")
	}
	if !slices.Contains(r.Warnings, `pooled runs differ in backend.ttft_ms: "5" and "6"`) {
		t.Errorf("warnings: %q", r.Warnings)
	}
	same(t, rescored(t, splleed.Scoring{}, second, first), r) // in the order of time
	b.Runs = 13
	_, longer := journalled(t, b)
	if _, err := splleed.Merge(splleed.Scoring{}, readers([]string{first, longer})...); err == nil || !strings.Contains(err.Error(), "13 requests") {
		t.Errorf("runs of different lengths: %v", err)
	}
	if _, err := splleed.Merge(splleed.Scoring{}, readers([]string{first, first})...); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a journal given twice: %v", err)
	}
}

func readers(journals []string) (all []io.Reader) {
	for _, j := range journals {
		all = append(all, strings.NewReader(j))
	}
	return all
}
