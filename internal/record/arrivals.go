package record

import (
	"encoding/binary"
	"iter"
	"slices"
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
// The first is kept as it is, the others as varints: the gap in steps of 100 ns, whose lowest bit says whether the arrival
// is a plain one (one token in one event, no bound). Else the next bit says whether only its bound is not plain; if not,
// there follow the tokens, whose lowest bit says whether there are as many events, and the events if there are not. Last
// comes the bound or, with its lowest bit set, what the bound lacks of the gap. A plain arrival within 104 ms of the one
// before takes at most 3 bytes.
type Arrivals struct {
	log   []byte
	kept  kept // where the log is, once a Spill has it
	first Arrival
	last  Stamp
	n     int
}

// plain marks an arrival of one token in one event, without a bound.
const plain = 1

// bounded marks one token in one event, with a bound.
const bounded = 2

// single marks as many events as tokens.
const single = 1

// lacking marks what a bound lacks of the gap.
const lacking = 1

// What a plain arrival takes and what another, as a rule at the most.
const plainSize, otherSize = 3, 10

// Grow makes room for so many more plain arrivals and others.
func (a *Arrivals) Grow(plain, others int) {
	a.log = slices.Grow(a.log, plainSize*plain+otherSize*others)
}

// Append adds an arrival, which must not be earlier than the one before.
func (a *Arrivals) Append(x Arrival) {
	if a.n == 0 {
		a.first = x.inTicks()
	} else {
		a.write(x)
	}
	a.last = x.At
	a.n++
}

func (a *Arrivals) write(x Arrival) {
	gap := int64(x.At-a.last) / int64(Tick)
	if x.Tokens == 1 && x.Events == 1 && x.Bound < Tick {
		a.log = binary.AppendUvarint(a.log, uint64(gap)<<1|plain)
		return
	}
	switch {
	case x.Tokens == 1 && x.Events == 1:
		a.log = binary.AppendUvarint(a.log, uint64(gap)<<2|bounded)
	case x.Tokens == x.Events:
		a.log = binary.AppendUvarint(a.log, uint64(gap)<<2)
		a.log = binary.AppendUvarint(a.log, uint64(x.Tokens)<<1|single)
	default:
		a.log = binary.AppendUvarint(a.log, uint64(gap)<<2)
		a.log = binary.AppendUvarint(a.log, uint64(x.Tokens)<<1)
		a.log = binary.AppendUvarint(a.log, uint64(x.Events))
	}
	if bound := int64(x.Bound / Tick); bound <= gap/2 || bound > gap {
		a.log = binary.AppendUvarint(a.log, uint64(bound)<<1)
	} else {
		a.log = binary.AppendUvarint(a.log, uint64(gap-bound)<<1|lacking)
	}
}

// inTicks is x as it comes back.
func (x Arrival) inTicks() Arrival {
	x.At, x.Bound = x.At/Stamp(Tick)*Stamp(Tick), x.Bound/Tick*Tick
	return x
}

// Len is the number of arrivals.
func (a *Arrivals) Len() int { return a.n }

// All yields the arrivals in order.
func (a *Arrivals) All() iter.Seq[Arrival] {
	return func(yield func(Arrival) bool) {
		if a.n == 0 || !yield(a.first) {
			return
		}
		at := a.first.At
		for log := (reader{a.bytes()}); len(log.rest) > 0; {
			x := log.next()
			at += x.At
			x.At = at
			if !yield(x) {
				return
			}
		}
	}
}

// bytes are the log, wherever it is.
func (a *Arrivals) bytes() []byte {
	if a.kept.n > 0 {
		return a.kept.log()
	}
	return a.log
}

// reader reads a log.
type reader struct{ rest []byte }

// next is the next arrival, whose At is the gap before it.
func (r *reader) next() Arrival {
	head := r.uvarint()
	if head&plain != 0 {
		return Arrival{At: Stamp(head>>1) * Stamp(Tick), Tokens: 1, Events: 1}
	}
	x := Arrival{At: Stamp(head>>2) * Stamp(Tick), Tokens: 1, Events: 1}
	if head&bounded == 0 {
		x.Tokens, x.Events = r.counts()
	}
	bound := r.uvarint()
	x.Bound = time.Duration(bound>>1) * Tick
	if bound&lacking != 0 {
		x.Bound = time.Duration(x.At) - x.Bound
	}
	return x
}

func (r *reader) counts() (tokens, events int) {
	v := r.uvarint()
	if v&single != 0 {
		return int(v >> 1), int(v >> 1)
	}
	return int(v >> 1), int(r.uvarint())
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.rest = r.rest[n:]
	return v
}

// Size is the bytes that the log takes, beyond what every record does.
func (a *Arrivals) Size() int { return len(a.log) + int(a.kept.n) }

// First is the stamp of the first arrival, Unset where there are none.
func (a *Arrivals) First() Stamp {
	if a.n == 0 {
		return Unset
	}
	return a.first.At
}

// Last is the stamp of the last arrival, Unset where there are none.
func (a *Arrivals) Last() Stamp {
	if a.n == 0 {
		return Unset
	}
	return a.last
}
