package splleed_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

func TestResultsRoundTrip(t *testing.T) {
	r := &splleed.Results{}
	r.SchemaVersion, r.Engine, r.NTrials = 1, "vllm", 1
	r.Results = []splleed.Level{{NumRequests: 3, NumFailed: 3}}
	path := filepath.Join(t.TempDir(), "a", "out.json")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := splleed.LoadResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if back.Engine != "vllm" || len(back.Results) != 1 || back.Results[0].NumFailed != 3 || back.Results[0].TTFTP50Ms != nil {
		t.Errorf("got %+v", back)
	}
	saved, _ := os.ReadFile(path)
	again, err := back.ToJSON()
	if err != nil || !bytes.Equal(saved, again) {
		t.Errorf("saved\n%s\nthen\n%s", saved, again)
	}
}

func TestLoadResultsNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(path, []byte(`{"schema_version":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := splleed.LoadResults(path)
	if err == nil || !strings.Contains(err.Error(), "old.json: schema version 99 is newer") {
		t.Errorf("got %v", err)
	}
}

func TestTooManyFailures(t *testing.T) {
	err := &splleed.TooManyFailures{Limit: 0.05, Levels: []splleed.FailedLevel{{Level: "concurrency 8", Failed: 4, Total: 64}}}
	if got := err.Error(); got != "too many failed requests: 4 of 64 at concurrency 8 (allowed: 5 %)" {
		t.Error(got)
	}
}
