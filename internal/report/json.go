package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/splleed/splleed/internal/result"
)

// JSON writes everything that is known, indented.
func JSON(w io.Writer, r *result.Run, _ Style) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// notResults says that something is not even a JSON object: of a list or a number the error of its decoding is about Go.
func notResults(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field == "" {
		return fmt.Errorf("not results of splleed: a JSON %s, not an object", mismatch.Value)
	}
	return fmt.Errorf("not results of splleed: %w", err)
}

// Parse reads what JSON writes, and what the Python splleed 0.1 wrote, which had no schema_version: that of what is read is
// 0 then. It refuses a schema newer than its own, whose keys may mean something else.
func Parse(data []byte) (*result.Run, error) {
	var head struct {
		SchemaVersion int             `json:"schema_version"`
		Results       json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, notResults(err)
	}
	switch {
	case head.SchemaVersion > result.SchemaVersion:
		return nil, fmt.Errorf("schema version %d is newer than this splleed's (%d): read it with the splleed that wrote it", head.SchemaVersion, result.SchemaVersion)
	case !bytes.HasPrefix(head.Results, []byte("[")):
		return nil, errors.New("not results of splleed: no list \"results\"")
	}
	var r result.Run
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	return &r, nil
}
