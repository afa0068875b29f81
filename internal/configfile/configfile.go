// Package configfile reads benchmarks from YAML: the JSON form of a Benchmark, or the form of Python splleed 0.1.0a1.
//
// It knows where in the file everything stands, and nothing of what it means: decoding and validation are the root's,
// and Explain puts their faults at the lines that caused them.
package configfile

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/workload"
)

// File is a configuration file that was read.
type File struct {
	Config   map[string]any   // the JSON form of a Benchmark
	Prompts  *workload.Source // where prompts come from, if the file names a source in place of prompts
	Warnings []string         // what was converted from an older form

	name  string
	lines []string
	root  ast.Node
	moved map[string]string // paths that were converted: new to old
}

// Parse reads a file's content. Its error is an *invalid.Error whose messages show the places.
func Parse(name string, data []byte) (*File, error) {
	f := &File{Config: map[string]any{}, name: name, lines: splitLines(data), moved: map[string]string{}}
	var syntax yaml.Error
	docs, err := parser.ParseBytes(data, 0)
	if err == nil {
		err = yaml.Unmarshal(data, &f.Config)
	}
	switch {
	case errors.As(err, &syntax) && syntax.GetToken() != nil:
		var bad invalid.Fields
		bad.Add("", "%s", f.at(syntax.GetToken(), syntax.GetMessage()))
		return nil, bad.Err()
	case err != nil:
		return nil, invalid.Fields{{Path: name, Message: err.Error()}}.Err()
	case len(docs.Docs) != 1 || docs.Docs[0].Body == nil:
		return nil, invalid.Fields{{Path: name, Message: fmt.Sprintf("want one YAML document with a benchmark, found %d", documents(docs))}}.Err()
	}
	f.root = docs.Docs[0].Body
	bad := f.convert()
	bad = append(bad, f.source()...)
	return f, f.Explain(bad.Err())
}

func documents(docs *ast.File) int {
	n := 0
	for _, d := range docs.Docs {
		if d.Body != nil {
			n++
		}
	}
	return n
}

// source takes the keys that only files have: where prompts come from.
func (f *File) source() (bad invalid.Fields) {
	path, column, words := f.Config["prompts_file"], f.Config["prompt_column"], f.Config["input_len"]
	for _, key := range []string{"prompts_file", "prompt_column", "input_len"} {
		delete(f.Config, key)
	}
	s := &workload.Source{}
	if path != nil {
		name, ok := path.(string)
		bad.Check(ok && name != "", "prompts_file", "want a path")
		s.Path = f.beside(name)
		f.Prompts = s
	}
	if column != nil {
		name, ok := column.(string)
		bad.Check(ok && path != nil, "prompt_column", "want the name of a column in prompts_file")
		s.Column = name
	}
	if words != nil {
		n, ok := integer(words)
		bad.Check(ok && n > 0 && n <= workload.MostWords, "input_len", "want a number of words, 1 to 1,000,000")
		bad.Check(path == nil && f.Config["prompts"] == nil, "input_len", "the prompts are given already")
		s.MinWords, s.MaxWords = n, n
		f.Prompts = s
	}
	if path != nil {
		bad.Check(f.Config["prompts"] == nil, "prompts_file", "the prompts are given already")
	}
	return bad
}

// beside resolves a path in the file: relative to the file's folder.
func (f *File) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(f.name), path)
}

func integer(x any) (int, bool) {
	switch n := x.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), true
	}
	return 0, false
}
