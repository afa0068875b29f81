package record

import (
	"os"
	"path/filepath"
)

// File is the file of a journal. What stood in it stays until there is something to put in its place: a run that never
// begins costs nobody the journal of another.
type File struct {
	f     *os.File
	begun bool
}

// OpenFile opens a journal's file for writing, and makes it, and the folders on the way to it, where there is none.
func OpenFile(path string) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{f: f}, nil
}

func (f *File) Write(p []byte) (int, error) {
	if !f.begun {
		if err := f.clear(); err != nil {
			return 0, err
		}
		f.begun = true
	}
	return f.f.Write(p)
}

// clear empties the file, unless it is a pipe or a device, which holds nothing.
func (f *File) clear() error {
	info, err := f.f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.f.Truncate(0)
}

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }
