// Package report writes results: one file a format. It sees results only, never how they came about.
package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// Style is how text for people may look.
type Style struct {
	Color bool // bold, red and yellow, by ANSI escapes
}

// Format is one way to write results.
type Format struct {
	Name  string // "json"; also the extension of its files
	Write func(w io.Writer, r *result.Run, style Style) error
}

// Files is the table of the formats that files are saved in. Adding a format adds a line here.
var Files = []Format{
	{"json", JSON},
	{"csv", CSV},
	{"xml", JUnit},
}

// ForFile is the format that the extension of a path names, in either case.
func ForFile(path string) (Format, error) {
	extension := filepath.Ext(path)
	var known []string
	for _, f := range Files {
		if strings.EqualFold(extension, "."+f.Name) {
			return f, nil
		}
		known = append(known, "."+f.Name)
	}
	return Format{}, fmt.Errorf("%s: unknown extension %q; want %s", path, extension, strings.Join(known, ", "))
}
