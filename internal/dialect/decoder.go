package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/splleed/splleed/internal/prefetch"
	"github.com/splleed/splleed/internal/wire"
)

// event is what matters of one payload, a JSON object: a struct that encoding/json can fill.
type event interface {
	// reset makes it what an empty object means; its memory is used again.
	reset()
	// scan fills it as encoding/json would, and reports whether the result can be relied on.
	scan(*scanner) bool
	// delta is what it brought.
	delta() Delta
}

// decoder reads payloads with the template of the last one, the scanner, or encoding/json where that is not sure, whose
// word counts.
type decoder struct {
	event    event
	scanner  scanner
	template template
}

// Touch is prefetch.Chain's.
func (d *decoder) Touch(depth int) byte {
	if depth == 0 {
		return prefetch.Object(d)
	}
	return prefetch.Bytes(d.template.event)
}

// Decode is Decoder's.
func (d *decoder) Decode(payload []byte) (Delta, error) {
	switch payload = bytes.TrimSpace(payload); string(payload) {
	case "":
		return Delta{}, nil
	case "[DONE]":
		return Delta{Done: true}, nil
	}
	if d.template.matches(payload) {
		return d.template.delta, nil
	}
	if err := d.parse(payload); err != nil {
		return Delta{}, err
	}
	delta := d.delta(payload)
	d.template.learn(payload, delta)
	return delta, nil
}

// delta is what the event that was parsed brought, or failed with: some servers put the fields of an error at the top.
func (d *decoder) delta(payload []byte) Delta {
	delta := d.event.delta()
	if delta.Content == None && delta.Finish == "" && delta.Error == "" && delta.Usage.Output == 0 {
		delta.Error = errorAtTop(payload)
		delta.Done = delta.Done && delta.Error == ""
	}
	return delta
}

func (d *decoder) parse(payload []byte) error {
	d.event.reset()
	d.template.forget()
	d.scanner = scanner{wire.NewScanner(payload), &d.template}
	if d.event.scan(&d.scanner) {
		return nil
	}
	return d.unmarshal(payload)
}

func (d *decoder) unmarshal(payload []byte) error {
	d.event.reset()
	if err := json.Unmarshal(payload, d.event); err != nil {
		return fmt.Errorf("event %.60q: %w", payload, err)
	}
	return nil
}

// unscanned is part of events that are rare and large: encoding/json alone reads them.
type unscanned struct{}

func (unscanned) scan(*scanner) bool { return false }
