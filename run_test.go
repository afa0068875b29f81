package splleed_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// full is a disk with no room.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func small(output string) splleed.Benchmark {
	return splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 5, ITLMs: 1}, Prompts: []string{"one", "two"},
		Sampling: splleed.Sampling{MaxTokens: 2}, Runs: 4, OutputFile: output, Records: full{},
	}
}

// A journal that cannot be written is an error, but what was measured is saved all the same.
func TestFullDiskCostsNoResults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.json")
	results, err := small(path).Run(t.Context())
	if !errors.Is(err, errFull) || results == nil || results.Results[0].NumSuccessful != 4 {
		t.Fatalf("Run: %v, %v; want four successes and the writer's error", results, err)
	}
	if saved, err := splleed.LoadResults(path); err != nil || saved.Results[0].NumSuccessful != 4 {
		t.Errorf("saved: %v, %v", saved, err)
	}
}

// When the user stops the run that is the error, and the journal's a warning: neither hides the other.
func TestFullDiskOfAStoppedRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b := small("")
	b.Runs = 100_000
	b.Progress = func(p splleed.Progress) {
		if p.Done > 0 {
			stop()
		}
	}
	results, err := b.Run(ctx)
	if !errors.Is(err, context.Canceled) || results == nil {
		t.Fatalf("Run: %v, %v; want results and context.Canceled", results, err)
	}
	if !strings.Contains(strings.Join(results.Warnings, "; "), errFull.Error()) {
		t.Errorf("warnings %q do not tell that the journal is broken", results.Warnings)
	}
}

// Results and journals are not replaced by those of a run that was stopped while it warmed up.
func TestNothingMeasuredReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.json")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b := small(path)
	b.Progress = func(p splleed.Progress) {
		if p.Stage == "warmup" {
			stop()
		}
	}
	results, err := b.Run(ctx)
	if !errors.Is(err, context.Canceled) || errors.Is(err, errFull) || results == nil || len(results.Results) != 0 {
		t.Fatalf("Run: %v, %v; want results without levels, and nothing written", results, err)
	}
	if now, _ := os.ReadFile(path); string(now) != "kept" {
		t.Errorf("the file is now %.80q", now)
	}
}

func TestOutputFileIsTriedBeforeTheRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if results, err := small(filepath.Join(file, "out.json")).Run(t.Context()); err == nil || results != nil {
		t.Errorf("a run whose results have no place gave %v, %v", results, err)
	}
}
