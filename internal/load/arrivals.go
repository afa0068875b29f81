package load

import (
	"encoding/binary"
	"iter"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// arrival is a read's content before it is known how many tokens its events carry.
type arrival struct {
	at     record.Stamp
	bound  time.Duration
	text   int // events with content
	blank  int // generated events without text: tokens only if usage says so
	tokens int // tokens that the events said they carry
	steps  int // tokens by which running usage grew, where the server reports it on every event
}

// arrivals are what every read of a stream brought, in as little memory as a record of them takes: with thousands of
// streams, that is what an event has to fetch. Each is the gap to the one before in varint ticks, whose lowest bit says that
// it is one event with text and nothing else; if not, all other fields follow. The zero value is empty.
type arrivals struct {
	log  []byte
	last record.Stamp
	n    int
}

// lone marks an event with text that came alone.
const lone = 1

// firstRoom is the room that a stream gets when its first content comes: those that wait take none.
const firstRoom = 256

// add adds an arrival. None is earlier than the one before.
func (s *arrivals) add(a arrival) {
	if s.log == nil {
		s.log = make([]byte, 0, firstRoom)
	}
	a.at = max(a.at, s.last)
	gap := uint64(time.Duration(a.at-s.last) / record.Tick)
	s.last = a.at
	s.n++
	if a.text == 1 && a.blank|a.tokens|a.steps == 0 && a.bound < record.Tick {
		s.log = binary.AppendUvarint(s.log, gap<<1|lone)
		return
	}
	s.log = binary.AppendUvarint(s.log, gap<<1)
	for _, field := range []int{int(a.bound / record.Tick), a.text, a.blank, a.tokens, a.steps} {
		s.log = binary.AppendUvarint(s.log, uint64(field))
	}
}

// all yields them in order.
func (s *arrivals) all() iter.Seq[arrival] {
	return func(yield func(arrival) bool) {
		var at record.Stamp
		for rest := s.log; len(rest) > 0; {
			next := func() int {
				v, n := binary.Uvarint(rest)
				rest = rest[n:]
				return int(v)
			}
			head := next()
			at += record.Stamp(head>>1) * record.Stamp(record.Tick)
			a := arrival{at: at, text: 1}
			if head&lone == 0 {
				a = arrival{at, time.Duration(next()) * record.Tick, next(), next(), next(), next()}
			}
			if !yield(a) {
				return
			}
		}
	}
}

// tail is where the next one goes; for prefetch.
func (s *arrivals) tail() byte {
	if n := len(s.log); n < cap(s.log) {
		return s.log[:n+1][n]
	}
	return 0
}
