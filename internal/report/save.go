package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/splleed/splleed/internal/result"
)

// Save writes results to a file in the format that its extension or "FORMAT=FILE" names. The file is whole or not touched; folders on
// the way to it are made.
func Save(target string, r *result.Run) error {
	format, path, err := Target(target)
	if err != nil {
		return err
	}
	return put(path, func(w io.Writer) error { return format.Write(w, r, Style{}) })
}

// SaveComparisons is Save for comparisons with one baseline, to "FILE" or "FORMAT=FILE".
func SaveComparisons(target string, cs []*result.Comparison) error {
	format, path, err := ComparisonTarget(target)
	if err != nil {
		return err
	}
	return put(path, func(w io.Writer) error { return format.Write(w, cs, Style{}) })
}

// put writes a file, whole or not at all.
func put(path string, render func(io.Writer) error) error {
	var text bytes.Buffer
	if err := render(&text); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return replace(path, text.Bytes())
}

// Probe finds out whether Save could write to target, before there is anything to save: it makes the folders on the way to
// it, and a file there that it removes again.
func Probe(target string) error {
	_, path, err := Target(target)
	if err != nil {
		return err
	}
	return probe(path)
}

// ProbeComparisons is Probe for SaveComparisons.
func ProbeComparisons(target string) error {
	_, path, err := ComparisonTarget(target)
	if err != nil {
		return err
	}
	return probe(path)
}

func probe(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: is a folder", path)
	}
	draft := draftOf(path)
	if err := write(draft, nil, 0o666); err != nil {
		return err
	}
	return os.Remove(draft)
}

// draftOf is a new name beside path.
func draftOf(path string) string { return fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32()) }

// replace puts a complete new file in the place of path, which may be a link to the real one. It is written beside the
// real one: a rename does not cross file systems.
func replace(path string, data []byte) error {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		real = path
	} else if err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	if old, err := os.Stat(real); err == nil {
		if mode = old.Mode().Perm(); !old.Mode().IsRegular() { // a pipe or a device takes what is written, and stays
			return os.WriteFile(real, data, mode)
		}
	}
	draft := draftOf(real)
	if err := write(draft, data, mode); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	if err := os.Rename(draft, real); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	return nil
}

// write makes a new file and returns when it is on the disk.
func write(path string, data []byte, mode fs.FileMode) error {
	// Note: not os.CreateTemp, whose files nobody else may read, whatever the umask says.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
