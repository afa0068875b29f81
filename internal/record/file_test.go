package record

import (
	"os"
	"path/filepath"
	"testing"
)

// A file is emptied by what comes into it, and not before.
func TestFilesKeepWhatNothingReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "r.ndjson")
	play := func(want string, lines ...string) {
		t.Helper()
		f, err := OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if _, err := f.Write([]byte(line)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file holds %q, %v, want %q", got, err, want)
		}
	}
	play("")
	play("a long line\nand one more\n", "a long line\n", "and one more\n")
	play("a long line\nand one more\n")
	play("short\n", "short\n")
	if _, err := OpenFile(filepath.Join(path, "beneath a file")); err == nil {
		t.Error("a file is no folder")
	}
	null, err := OpenFile(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if _, err := null.Write([]byte("x")); err != nil {
		t.Error(err)
	}
}
