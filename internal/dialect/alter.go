package dialect

import "encoding/json"

// Altered is d with a field of its bodies, at the top level, under another name; with "" without it. It is for servers
// that refuse what the others of their API take.
func Altered(d Dialect, field, to string) Dialect { return altered{d, field, to} }

type altered struct {
	Dialect
	field, to string
}

func (a altered) Body(r Request) ([]byte, error) {
	body, err := a.Dialect.Body(r)
	if err != nil {
		return nil, err
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, err
	}
	all := object{}
	for name, value := range o {
		switch {
		case name != a.field:
			all[name] = value
		case a.to != "":
			all[a.to] = value
		}
	}
	return encode(all, r.Prompt, nil)
}

func (a altered) Unsupported(s Sampling) []string { return Unsupported(a.Dialect, s) }
func (a altered) Header() map[string]string       { return Header(a.Dialect) }

func (a altered) Unstreamed() Dialect {
	if d, ok := Unstreamed(a.Dialect); ok {
		return altered{d, a.field, a.to}
	}
	return nil
}
