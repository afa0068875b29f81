package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

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
	check("out.md", `out.md: unknown extension ".md"; want .json, .csv, .xml, or FORMAT=FILE`)
	check("out", `out: unknown extension ""; want .json, .csv, .xml, or FORMAT=FILE`)
	check("pdf=out", `pdf=out: unknown extension ""; want .json, .csv, .xml, or FORMAT=FILE`)
}

func TestWhereResultsGo(t *testing.T) {
	check := func(target, format, path string) {
		t.Helper()
		if f, p, err := Target(target); err != nil || f.Name != format || p != path {
			t.Errorf("%s: %s to %q, %v; want %s to %q", target, f.Name, p, err, format, path)
		}
	}
	check("dir/out.CSV", "csv", "dir/out.CSV")
	check("json=results.csv", "json", "results.csv")
	check("csv=out.json", "csv", "out.json")
	check("csv=-", "csv", "-")
	check("rate=5/out.json", "json", "rate=5/out.json")
}

func TestParseRefuses(t *testing.T) {
	check := func(data, want string) {
		t.Helper()
		if _, err := Parse([]byte(data)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", data, err, want)
		}
	}
	check(fmt.Sprintf(`{"schema_version":%d,"results":"in another form"}`, result.SchemaVersion+1), "schema version 2 is newer than this splleed's (1)")
	check(`{"engine":"vllm"}`, `not results of splleed: no list "results"`)
	check(`{"schema_version":1,"results":{}}`, `not results of splleed: no list "results"`)
	check(`[]`, "not results of splleed: a JSON array, not an object")
	check(`x`, "not results of splleed")
}

// Files of the Python splleed 0.1 have no schema_version.
func TestParseOldResults(t *testing.T) {
	got, err := Parse([]byte(`{"engine":"vllm","model":"m","timestamp":"2025-11-02T10:00:00.123456+00:00","gpu":null,"config":{"mode":"throughput"},
		"results":[{"concurrency":1,"num_requests":2,"ttft_p50_ms":20.5}],"n_trials":1,"trial_results":null}`))
	if err != nil || got.SchemaVersion != 0 || len(got.Results) != 1 || *got.Results[0].TTFTP50Ms != 20.5 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Comparisons are saved as results are: folders are made, and what cannot be is known before.
func TestSaveComparisons(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "c.json")
	cs := []*result.Comparison{{About: "servers"}}
	for _, target := range []string{path, "markdown=" + path} {
		if err := ProbeComparisons(target); err != nil {
			t.Fatal(err)
		}
		if err := SaveComparisons(target, cs); err != nil {
			t.Fatal(err)
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if data, err := os.ReadFile(path); err != nil || strings.HasPrefix(string(data), "{") || len(entries) != 1 {
		t.Errorf("%q and %v, %v", data, entries, err)
	}
	for _, target := range []string{"c.pdf", "json=" + dir, "json=" + filepath.Join(path, "c.json")} {
		if err := ProbeComparisons(target); err == nil {
			t.Errorf("%s is no place for a comparison", target)
		}
	}
}
