package dialect

import "github.com/splleed/splleed/internal/wire"

// template is the last event of a stream that brought text, with holes where the values were that change from event to
// event without a change of the Delta. An event that differs in nothing else needs no look into it.
type template struct {
	event []byte // empty: none is known
	holes []hole // in room
	room  [maxHoles]hole
	delta Delta
}

// hole is a value of the event that may be any other of its kind.
type hole struct {
	from, to int
	kind     kind
}

// kind is what the values of a hole have in common: enough that none alters the Delta, or is refused.
type kind byte

const (
	noHole     kind = iota
	filledText      // a string with something in it
	integer         // fits an int
	fraction        // a number that is not written as an integer
)

const (
	maxTemplate = 2 << 10 // bytes that are kept of a stream; longer events are scanned
	maxHoles    = 4
)

func kindOf(value []byte) kind {
	switch c := value[0]; {
	case c == '"' && len(value) > len(`""`):
		return filledText
	case c != '-' && !isDigit(c):
		return noHole
	}
	for _, c := range value[1:] {
		if !isDigit(c) {
			return fraction
		}
	}
	if len(value) > len("999999999") { // may not fit 32 bits
		return noHole
	}
	return integer
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// matches is whether payload is like the template, so that encoding/json would see t.delta in it.
func (t *template) matches(payload []byte) bool {
	if len(t.event) == 0 {
		return false
	}
	s, at := wire.NewScanner(payload), 0
	for _, h := range t.holes {
		if !s.Skip(t.event[at:h.from]) || kindOf(s.Value()) != h.kind {
			return false
		}
		at = h.to
	}
	return s.Skip(t.event[at:]) && s.Done()
}

// forget makes room for the holes of the next event.
func (t *template) forget() { t.event, t.holes = t.event[:0], t.room[:0] }

// learn takes an event whose holes were noted; where the scanner gave up, those before count. One without text, or with
// counts, teaches nothing: there the holes may matter.
func (t *template) learn(event []byte, delta Delta) {
	if len(t.holes) > 0 && !delta.Usage.Known && len(event) <= maxTemplate && (delta.Content == Text || delta.Content == Reasoning) {
		t.event, t.delta = append(t.event, event...), delta
	}
}

// scanner is a wire.Scanner that notes the holes of a template.
type scanner struct {
	wire.Scanner
	template *template
}

// hole says that the value just read may change. Those beyond maxHoles are taken for constant.
func (s *scanner) hole(value []byte) {
	if k, t := kindOf(value), s.template; k != noHole && len(t.holes) < maxHoles {
		t.holes = append(t.holes, hole{s.Pos() - len(value), s.Pos(), k})
	}
}
