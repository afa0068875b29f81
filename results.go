package splleed

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/splleed/splleed/internal/report"
	"github.com/splleed/splleed/internal/result"
)

// Results are what a run found. Their JSON form is documented in docs/results.md.
type Results struct{ result.Run }

// Print writes the results as tables for people, at most 80 columns wide. Colour is used where w is a terminal.
func (r *Results) Print(w io.Writer) error {
	f, ok := w.(*os.File)
	return report.Text(w, &r.Run, report.Style{Color: ok && term.IsTerminal(int(f.Fd()))})
}

// Save writes the results to a file, whole or not at all: JSON, CSV, or the verdicts on goals as JUnit (.xml), as its
// extension or "FORMAT=FILE" says. Folders on the way to the file are made.
func (r *Results) Save(path string) error { return report.Save(path, &r.Run) }

// saveAs is Save to an OutputFile, if there is one, unless nothing was measured: what stands there is then worth more.
func (r *Results) saveAs(path string) error {
	if path == "" || len(r.Results) == 0 {
		return nil
	}
	return r.Save(path)
}

// ToJSON returns the results as indented JSON.
func (r *Results) ToJSON() ([]byte, error) { return r.written(report.JSON) }

// ToCSV returns a row a level: pooled, with intervals, then every trial.
func (r *Results) ToCSV() ([]byte, error) { return r.written(report.CSV) }

func (r *Results) written(write func(io.Writer, *result.Run, report.Style) error) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b, &r.Run, report.Style{})
	return b.Bytes(), err
}

// LoadResults reads results that Save wrote as JSON, also those of the Python splleed 0.1. It refuses those of a newer schema.
func LoadResults(path string) (*Results, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	run, err := report.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Results{*run}, nil
}
