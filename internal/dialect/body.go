package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"unicode/utf8"
)

// object is a JSON object that a body is built from.
type object map[string]any

// put sets a field unless the user left it at its zero.
func put[T comparable](o object, name string, value T) {
	var unset T
	if value != unset {
		o[name] = value
	}
}

// encode is the JSON of o with extra laid over it. HTML characters stay as they are: no browser reads this.
func encode(o object, prompt string, extra map[string]any) ([]byte, error) {
	if !utf8.ValidString(prompt) {
		return nil, fmt.Errorf("prompt %.40q is not UTF-8: JSON cannot carry it unaltered", prompt)
	}
	maps.Copy(o, extra)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return nil, fmt.Errorf("encode request body: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
