package smi

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"
)

func TestRows(t *testing.T) {
	check := func(text string, fields int, want ...[]string) {
		t.Helper()
		if got := Rows(text, fields); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	check("0, 37, 71.52\r\n1, [N/A], 8\r\n", 3, []string{"0", "37", "71.52"}, []string{"1", "[N/A]", "8"})
	check("No devices were found\n", 3)
	check("0, \"a, b\", c\n1, x\n", 3, []string{"0", "a, b", "c"})
	check("", 1)
}

// One that hangs is given up with the run.
func TestQueryHangs(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no shell scripts
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := Query(ctx, "index")
	if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 30*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}
