package splleed

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/secret"
	"github.com/splleed/splleed/internal/strictjson"
)

// tagged is a backend in JSON: its fields, and a "type" that names it.
type tagged struct{ Backend Backend }

func (t *tagged) UnmarshalJSON(data []byte) error {
	var tag struct {
		Type any `json:"type"`
	}
	var bad invalid.Fields
	if json.Unmarshal(data, &tag) != nil {
		bad.Add("", "want an object with a type: %s", knownTypes())
		return bad.Err()
	}
	name, _ := tag.Type.(string)
	kind, ok := engine.KindOf(name)
	switch {
	case tag.Type == nil:
		bad.Add("type", "missing; known: %s", knownTypes())
	case !ok:
		bad.Add("type", "unknown backend %v; known: %s", tag.Type, knownTypes())
	default:
		backend := kind.New()
		if err := strictjson.Decode(data, backend, "type"); err != nil {
			return err
		}
		t.Backend = backend
	}
	return bad.Err()
}

func knownTypes() string {
	names := make([]string, len(engine.Kinds))
	for i, k := range engine.Kinds {
		names[i] = k.Type
	}
	return strings.Join(names, ", ")
}

// MarshalJSON writes the type alone where the backend, one of the user's own, has no JSON form.
func (t tagged) MarshalJSON() ([]byte, error) {
	if t.Backend == nil {
		return []byte("null"), nil
	}
	tag, err := json.Marshal(t.Backend.Engine())
	if err != nil {
		return nil, err
	}
	out := append([]byte(`{"type":`), tag...)
	fields := publicFields(t.Backend)
	if len(fields) == 0 {
		return append(out, '}'), nil
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return append(append(out, ','), rest[1:]...), nil
}

// publicFields are the fields of a backend without its secrets.
func publicFields(b Backend) map[string]any {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var fields map[string]any
	if dec.Decode(&fields) != nil {
		return nil
	}
	delete(fields, "type")
	secret.Fields(fields)
	return fields
}
