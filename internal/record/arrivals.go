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

// Arrivals is a log of arrivals in order of time. The zero value is an empty log.
//
// It is stored as varints: the gap in steps of 100 ns, whose lowest bit says whether the arrival is a plain one (one
// token in one event, no bound), else followed by tokens, events and bound. A plain arrival within 104 ms of the one
// before takes at most 3 bytes.
type Arrivals struct {
	log  []byte
	last Stamp
	n    int
}

// plain marks an arrival of one token in one event, without a bound.
const plain = 1

// Append adds an arrival, which must not be earlier than the one before.
func (a *Arrivals) Append(x Arrival) {
	steps := uint64(x.At-a.last) / uint64(tick) << 1
	if x.Tokens == 1 && x.Events == 1 && x.Bound < tick {
		a.log = binary.AppendUvarint(a.log, steps|plain)
	} else {
		a.log = binary.AppendUvarint(a.log, steps)
		a.log = binary.AppendUvarint(a.log, uint64(x.Tokens))
		a.log = binary.AppendUvarint(a.log, uint64(x.Events))
		a.log = binary.AppendUvarint(a.log, uint64(x.Bound/tick))
	}
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
			steps := next()
			at += Stamp(steps>>1) * Stamp(tick)
			x := Arrival{At: at, Tokens: 1, Events: 1}
			if steps&plain == 0 {
				x.Tokens, x.Events, x.Bound = int(next()), int(next()), time.Duration(next())*tick
			}
			if !yield(x) {
				return
			}
		}
	}
}

// Size is the bytes that the log takes.
func (a *Arrivals) Size() int { return len(a.log) }

// First is the stamp of the first arrival, Unset where there are none.
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
