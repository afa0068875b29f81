package record

import "encoding/json"

// note is a line of the journal that is no record: what a run knows that its requests do not. Only notes have a type.
type note struct {
	Type string          `json:"type"`
	Note json.RawMessage `json:"note"`
}

// Note appends a note, as it is now.
func (j *Journal) Note(kind string, v any) {
	data, err := json.Marshal(v)
	j.append(entry{note: note{kind, data}, err: err})
}
