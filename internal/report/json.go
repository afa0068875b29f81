package report

import (
	"encoding/json"
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

// Parse reads what JSON writes. It refuses a schema newer than its own, whose keys may mean something else.
func Parse(data []byte) (*result.Run, error) {
	var r result.Run
	if err := json.Unmarshal(data, &struct {
		SchemaVersion *int `json:"schema_version"`
	}{&r.SchemaVersion}); err != nil {
		return nil, fmt.Errorf("not results of splleed: %w", err)
	}
	switch {
	case r.SchemaVersion == 0:
		return nil, fmt.Errorf("not results of splleed, or older than schema version 1: no schema_version")
	case r.SchemaVersion > result.SchemaVersion:
		return nil, fmt.Errorf("schema version %d is newer than this splleed's (%d): read it with the splleed that wrote it", r.SchemaVersion, result.SchemaVersion)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	return &r, nil
}
