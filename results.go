package splleed

import (
	"io"

	"github.com/splleed/splleed/internal/result"
)

// Results are what a run found. Their JSON form is documented in docs/results.md.
type Results struct{ result.Run }

// Print writes the results as tables for people, at most 80 columns wide. Colour is used where w is a terminal.
func (r *Results) Print(w io.Writer) error { panic("not yet") }

// Save writes the results to a file, whole or not at all: JSON or CSV, as its extension says.
func (r *Results) Save(path string) error { panic("not yet") }

// ToJSON returns the results as indented JSON.
func (r *Results) ToJSON() ([]byte, error) { panic("not yet") }

// ToCSV returns a row a level: pooled, with intervals, then every trial.
func (r *Results) ToCSV() ([]byte, error) { panic("not yet") }
