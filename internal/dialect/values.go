package dialect

import (
	"bytes"
	"encoding/json"
	"slices"
)

// The types here read a JSON value for the one thing that counts of it. They take whatever shape a server gives it, and
// allocate nothing: a generated text is never built.

// filled is whether a value holds anything: null, false, "", [] and {} do not.
type filled bool

// UnmarshalJSON is json.Unmarshaler's.
func (f *filled) UnmarshalJSON(value []byte) error {
	switch value[0] {
	case '"':
		*f = len(value) > len(`""`)
	case '[', '{':
		*f = len(bytes.TrimSpace(value[1:len(value)-1])) > 0
	default:
		*f = value[0] != 'n' && value[0] != 'f'
	}
	return nil
}

// content is what the content of a chat holds: Text, as a rule; Reasoning, where all of a list of parts is "thinking", as
// with Mistral.
type content Content

// UnmarshalJSON is json.Unmarshaler's.
func (c *content) UnmarshalJSON(value []byte) error {
	var some filled
	err := some.UnmarshalJSON(value)
	switch {
	case !bool(some):
		*c = content(None)
	case value[0] == '[' && isThinking(value):
		*c = content(Reasoning)
	default:
		*c = content(Text)
	}
	return err
}

func isThinking(list []byte) bool {
	type part struct{ Type string }
	var parts []part
	return json.Unmarshal(list, &parts) == nil && !slices.ContainsFunc(parts, func(p part) bool { return p.Type != "thinking" })
}

// present is whether a value is there at all and not null.
type present bool

// UnmarshalJSON is json.Unmarshaler's.
func (p *present) UnmarshalJSON(value []byte) error {
	*p = value[0] != 'n'
	return nil
}

// length is the length of an array of numbers.
type length int

// UnmarshalJSON is json.Unmarshaler's.
func (n *length) UnmarshalJSON(value []byte) error {
	var some filled
	if err := some.UnmarshalJSON(value); err != nil || value[0] != '[' || !bool(some) {
		return err
	}
	*n = length(bytes.Count(value, []byte(",")) + 1)
	return nil
}

// errorText is the message of an error in whatever shape; "" where the value is none.
type errorText string

// UnmarshalJSON is json.Unmarshaler's.
func (e *errorText) UnmarshalJSON(value []byte) error {
	var some filled
	if err := some.UnmarshalJSON(value); err != nil || !bool(some) {
		return err
	}
	*e = errorText(messageOf(value))
	return nil
}
