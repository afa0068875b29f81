package workload

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSourceFiles(t *testing.T) {
	dir := t.TempDir()
	check := func(name, content string, s Source, want ...string) {
		t.Helper()
		s.Path = filepath.Join(dir, name)
		if err := os.WriteFile(s.Path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Prompts(1); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	check("a.txt", "x\ny\nz\n", Source{}, "x", "y", "z")
	check("b.txt", "x\ny\nz\n", Source{Limit: 2}, "x", "y")
	check("c.jsonl", `{"prompt":"x"}`, Source{}, "x")
	check("d.JSONL", `{"q":"x","prompt":"y"}`, Source{Column: "q"}, "x")
	check("e.json", `[{"conversations":[{"from":"human","value":"x"}]}]`, Source{Limit: 9}, "x")
}

func TestSourceFaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.txt")
	if err := os.WriteFile(path, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Source{Path: path}).Prompts(1); err == nil || !strings.HasSuffix(err.Error(), "empty.txt: no prompts in it") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := (Source{Path: path + "x"}).Prompts(1); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}

// However much is wished for, memory holds it.
func TestSourceIsBounded(t *testing.T) {
	for _, words := range []int{0, MostWords + 1} {
		if _, err := (Source{Count: 1, MinWords: words, MaxWords: words}).Prompts(1); err == nil {
			t.Errorf("prompts of %d words are made", words)
		}
	}
	for words, want := range map[int]int{1: 1000, 100_000: 167} {
		prompts, err := Source{Count: 1000, MinWords: words, MaxWords: words}.Prompts(1)
		if err != nil || len(prompts) != want {
			t.Errorf("%d prompts of %d words, %v; want %d", len(prompts), words, err, want)
		}
	}
}

func TestSourceWords(t *testing.T) {
	prompts, err := Source{Count: 500, MinWords: 3, MaxWords: 5}.Prompts(1)
	if err != nil {
		t.Fatal(err)
	}
	lengths := map[int]int{}
	for _, p := range prompts {
		lengths[len(strings.Fields(p))]++
	}
	// 500 draws from three lengths: 167 each, with a standard deviation of 11.
	if len(prompts) != 500 || len(lengths) != 3 || min(lengths[3], lengths[4], lengths[5]) < 120 {
		t.Errorf("lengths %v", lengths)
	}
}
