package record

import (
	"encoding/binary"
	"iter"
	"time"
)

// Arrival is one moment at which generated content came in: all events that one read completed together.
type Arrival struct {
	At     Stamp         // stamp of the read that completed it
	Tokens int           // generated tokens in it
	Events int           // events that carried them
	Bound  time.Duration // how long before At it may really have come
}

// Arrivals is a log of arrivals in order of time, stored as varints: 3 to 5 bytes an arrival.
// The zero value is an empty log.
type Arrivals struct {
	log  []byte
	last Stamp
	n    int
}

// Append adds an arrival, which must not be earlier than the one before.
func (a *Arrivals) Append(x Arrival) {
	a.log = binary.AppendUvarint(a.log, uint64(x.At-a.last)/uint64(tick))
	a.log = binary.AppendUvarint(a.log, uint64(x.Tokens))
	a.log = binary.AppendUvarint(a.log, uint64(x.Events))
	a.log = binary.AppendUvarint(a.log, uint64(x.Bound/tick))
	a.last = x.At
	a.n++
}

// Len is the number of arrivals.
func (a *Arrivals) Len() int { return a.n }

// All yields the arrivals in order.
func (a *Arrivals) All() iter.Seq[Arrival] {
	return func(yield func(Arrival) bool) {
		log, at := a.log, Stamp(0)
		next := func() uint64 {
			v, n := binary.Uvarint(log)
			log = log[n:]
			return v
		}
		for len(log) > 0 {
			at += Stamp(next()) * Stamp(tick)
			x := Arrival{At: at, Tokens: int(next()), Events: int(next()), Bound: time.Duration(next()) * tick}
			if !yield(x) {
				return
			}
		}
	}
}

// First and Last are the stamps of the first and last arrival, Unset where there are none.
func (a *Arrivals) First() Stamp {
	for x := range a.All() {
		return x.At
	}
	return Unset
}

// Last is the stamp of the last arrival, Unset where there are none.
func (a *Arrivals) Last() Stamp {
	if a.n == 0 {
		return Unset
	}
	return a.last
}
