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

// Target takes "FILE", whose extension names the format in either case, or "FORMAT=FILE" apart.
func Target(target string) (format Format, path string, err error) {
	name, rest, _ := strings.Cut(target, "=")
	extension := filepath.Ext(target)
	var known []string
	for _, f := range Files {
		if name == f.Name && rest != "" {
			return f, rest, nil
		}
		if strings.EqualFold(extension, "."+f.Name) {
			format, path = f, target
		}
		known = append(known, "."+f.Name)
	}
	if path != "" {
		return format, path, nil
	}
	return Format{}, target, fmt.Errorf("%s: unknown extension %q; want %s, or FORMAT=FILE", target, extension, strings.Join(known, ", "))
}
