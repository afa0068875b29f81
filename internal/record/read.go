package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Reader is told what a journal holds, in order.
type Reader struct {
	Record func(*Record, Point) error
	Note   func(kind string, data json.RawMessage) error // may be nil
}

// Damage is what of a journal could not be read.
type Damage struct {
	Lines []int // numbers of lines that are no JSON of a journal; they were passed over
	Cut   bool  // the last line has no end, as after a crash or on a full disk; it was passed over, too
}

// ReadJournal reads a journal to its end. Lines that are damaged cost no others: they are counted and passed over. The
// error is that of r or of the reader's functions.
func ReadJournal(r io.Reader, to Reader) (Damage, error) {
	var d Damage
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		data, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			d.Cut = len(data) > 0
			return d, nil
		}
		if err != nil {
			return d, fmt.Errorf("reading the journal: %w", err)
		}
		known, err := to.line(data)
		if err != nil {
			return d, fmt.Errorf("journal line %d: %w", n, err)
		}
		if !known {
			d.Lines = append(d.Lines, n)
		}
	}
}

// line hands on what a line holds; false where it holds nothing that a journal has.
func (to Reader) line(data []byte) (known bool, err error) {
	var kind struct {
		note
		ID *string `json:"id"`
	}
	if json.Unmarshal(data, &kind) != nil {
		return false, nil
	}
	if kind.Type != "" {
		if to.Note == nil {
			return true, nil
		}
		return true, to.Note(kind.Type, bytes.Clone(kind.Note))
	}
	var l line
	if kind.ID == nil || json.Unmarshal(data, &l) != nil || !l.sound() {
		return false, nil
	}
	return true, to.Record(l.record(), Point{l.Concurrency, l.ArrivalRate})
}

// sound reports whether a record can be made of the line: its arrivals are in order of time, and hold no more tokens than
// any server sends.
func (l line) sound() bool {
	const most = 1 << 20 // tokens or events at once
	at := int64(0)
	for i, a := range l.Arrivals {
		at += a[0]
		if a[0] < 0 || at < 0 || a[1] < 0 || a[1] > most || a[2] < 0 {
			return false
		}
		if i < len(l.Events) && (l.Events[i] < 0 || l.Events[i] > most) {
			return false
		}
	}
	return l.Trial >= 0 && l.Level >= 0
}
