// Package invalid names what is wrong with a configuration: every bad field at once, each with its path.
package invalid

import (
	"errors"
	"fmt"
	"strings"
)

// Field is one bad field. Path is written as in JSON, from the outermost struct: "sampling.max_tokens", "prompts[3]".
type Field struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

func (f Field) String() string {
	if f.Path == "" {
		return f.Message
	}
	return f.Path + ": " + f.Message
}

// Fields collects bad fields. Its zero value is ready, and means that all is well.
type Fields []Field

// Add notes a bad field.
func (fs *Fields) Add(path, format string, args ...any) {
	*fs = append(*fs, Field{path, fmt.Sprintf(format, args...)})
}

// Check notes a bad field unless ok.
func (fs *Fields) Check(ok bool, path, format string, args ...any) {
	if !ok {
		fs.Add(path, format, args...)
	}
}

// Under adds the bad fields of a nested struct, with its own path before theirs.
func (fs *Fields) Under(path string, nested Fields) {
	for _, f := range nested {
		if f.Path == "" {
			f.Path = path
		} else {
			f.Path = path + "." + f.Path
		}
		*fs = append(*fs, f)
	}
}

// Err is nil where nothing is wrong, else an *Error of all bad fields.
func (fs Fields) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return &Error{Fields: fs}
}

// Error says that a configuration is refused before anything runs.
type Error struct{ Fields Fields }

func (e *Error) Error() string {
	lines := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// In returns the bad fields that err carries, if it is such an error.
func In(err error) (Fields, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields, true
	}
	return nil, false
}

// Validator is implemented by configuration that can check itself. Validate changes nothing.
type Validator interface{ Validate() Fields }
