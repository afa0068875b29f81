package splleed_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// narrow is a search that takes a few short probes.
func narrow() splleed.Search {
	return splleed.Search{
		Benchmark: splleed.Benchmark{
			Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"one", "two"}, Runs: 20,
			Sampling: splleed.Sampling{MaxTokens: 2},
		},
		Goals: []string{"ttft_p99=10000"}, Start: 1, Max: 2,
	}
}

// A journal of many probes is not pooled under the heading of one.
func TestJournalsOfManyRunsAreNotScored(t *testing.T) {
	t.Parallel()
	var journal bytes.Buffer
	s := narrow()
	s.Benchmark.Records = &journal
	found, err := s.Run(t.Context())
	if err != nil || len(found.Search.Probes) < 2 {
		t.Fatalf("%v, %v", found, err)
	}
	sum := sha256.Sum256(journal.Bytes())
	if hash := found.Identity.JournalHash; hash == nil || *hash != hex.EncodeToString(sum[:]) {
		t.Errorf("the journal's hash is %v, want %x", hash, sum)
	}
	refused := func(what, journal string) {
		t.Helper()
		if got, err := splleed.Rescore(strings.NewReader(journal), splleed.Scoring{}); err == nil || !strings.Contains(err.Error(), "another run begins there") {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	refused("a search", journal.String())
	_, one := journalled(t, short())
	refused("a run after another", one+one)
	half := one[:strings.Index(one, `{"type":"level"`)]
	refused("a run after one that was killed", half+one)
}

// A file that cannot be written is known before anything has run, not after an hour.
func TestLaddersProbeTheirOutput(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(none, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := short()
	b.Concurrency, b.OutputFile = nil, filepath.Join(none, "out.json")
	b.Progress = func(p splleed.Progress) { t.Errorf("it runs: %+v", p) }
	for _, ladder := range []interface {
		Run(context.Context) (*splleed.Results, error)
	}{splleed.Search{Benchmark: b, Goals: []string{"ttft_p99=500"}}, splleed.Sweep{Benchmark: b}} {
		if results, err := ladder.Run(t.Context()); results != nil || err == nil {
			t.Errorf("%T: %v, %v", ladder, results, err)
		}
	}
}

// mutterer is a simulated server that says how far it is.
type mutterer struct{ splleed.Sim }

func (m mutterer) Open(ctx context.Context, h splleed.Host) (*splleed.Server, error) {
	h.Say("loading weights")
	return m.Sim.Open(ctx, h)
}

// void opens nothing.
type void struct{ splleed.Sim }

func (void) Open(context.Context, splleed.Host) (*splleed.Server, error) { return nil, nil }

// A search opens its server as a run does: with words on the way, and an error where there is none.
func TestSearchOpensItsServer(t *testing.T) {
	t.Parallel()
	s := narrow()
	s.Benchmark.Backend = mutterer{splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}}
	var said []string
	s.Benchmark.Progress = func(p splleed.Progress) {
		if p.Stage == "server" {
			said = append(said, p.Message)
		}
	}
	if _, err := s.Run(t.Context()); err != nil || len(said) == 0 || said[0] != "loading weights" {
		t.Errorf("it said %q, %v", said, err)
	}
	s.Benchmark.Backend = void{}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "opened no server") {
		t.Errorf("%v", err)
	}
}

// A sweep has no use for the levels of its benchmark, and says so.
func TestSweepSaysWhatItIgnores(t *testing.T) {
	t.Parallel()
	b := narrow().Benchmark
	b.Concurrency, b.Runs = []int{7}, 4
	results, err := splleed.Sweep{Benchmark: b, Highest: 2, Points: 2}.Run(t.Context())
	if err != nil || !strings.Contains(strings.Join(results.Warnings, "; "), "concurrency is ignored: a sweep chooses it") {
		t.Errorf("%v, %v", results, err)
	}
}
