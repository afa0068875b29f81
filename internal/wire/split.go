package wire

import (
	"bytes"
	"fmt"
)

// Splitter cuts a body into payloads. The zero values of SSE, Lines and Whole are ready.
type Splitter interface {
	// Feed takes the next bytes of the body and calls emit for each payload that they complete. A payload lies in p or
	// in the Splitter's own memory and is gone after emit. An error wraps ErrMalformed and is final.
	Feed(p []byte, emit func(payload []byte)) error
	// End tells that the body is complete: what has waited for its end comes out.
	End(emit func(payload []byte))
}

// Lines is one payload a line, ended by LF or CR LF (NDJSON). Empty lines are skipped.
type Lines struct{ cut []byte }

// Feed is Splitter's.
func (l *Lines) Feed(p []byte, emit func([]byte)) error {
	for {
		line, rest, found := bytes.Cut(p, []byte("\n"))
		if !found {
			return grow(&l.cut, p)
		}
		if len(l.cut) > 0 {
			l.cut = append(l.cut, line...)
			line = l.cut
		}
		emitLine(line, emit)
		l.cut, p = l.cut[:0], rest
	}
}

// End is Splitter's. The last line needs no LF.
func (l *Lines) End(emit func([]byte)) { emitLine(l.cut, emit) }

func emitLine(line []byte, emit func([]byte)) {
	if line = bytes.TrimSuffix(line, []byte("\r")); len(line) > 0 {
		emit(line)
	}
}

// Whole is the whole body as one payload; none where the body is empty.
type Whole struct{ body []byte }

// Feed is Splitter's.
func (w *Whole) Feed(p []byte, _ func([]byte)) error { return grow(&w.body, p) }

// End is Splitter's.
func (w *Whole) End(emit func([]byte)) {
	if len(w.body) > 0 {
		emit(w.body)
	}
}

// usualPayload is the room that the first cut payload of a stream gets: an event is seldom longer.
const usualPayload = 512

// grow appends p to what waits for the rest of its payload.
func grow(waiting *[]byte, p []byte) error {
	if len(*waiting)+len(p) > MaxPayload {
		return fmt.Errorf("%w: payload over %d bytes", ErrMalformed, MaxPayload)
	}
	if *waiting == nil && len(p) > 0 {
		*waiting = make([]byte, 0, max(len(p), usualPayload))
	}
	*waiting = append(*waiting, p...)
	return nil
}
