package wire

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Scanner walks one JSON text in place, forward, without allocation:
//
//	for s.Open('{'); s.Field(); {
//		switch string(s.Key) {
//		case "count":
//			s.Int(&count)
//		}
//	}
//	sure := s.Done()
//
// It takes a subset of what encoding/json takes, in the same sense. A value that nobody reads is checked, too. Where it
// is not sure it fails for good: loops end, values are null, Done is false, and encoding/json has to say what the text
// is. That is so for malformed texts, values of another type than asked for, keys that encoding/json would have to
// unquote or fold (with escapes, capitals, or outside ASCII), and deep nesting.
type Scanner struct {
	Key []byte // of the Field, without its quotes

	p     []byte // nil after a failure
	i     int    // what comes before is read
	depth int
	at    place
	plain bool // the last string has no escape, no capital, nothing outside ASCII
}

// place is where a Scanner stands.
type place byte

const (
	behind place = iota // a value, or nothing yet
	before              // a value that Field or Element has found
	inside              // what Open has opened
	null                // the same, but that was null
)

const maxDepth = 64

// NewScanner returns a Scanner at the beginning of p.
func NewScanner(p []byte) Scanner { return Scanner{p: p} }

// Fail makes the Scanner not sure.
func (s *Scanner) Fail() { s.p, s.i, s.at = nil, 0, behind }

// Done is whether the text is over, and nothing in it was in doubt.
func (s *Scanner) Done() bool { return s.peek() == 0 && s.p != nil && s.i == len(s.p) && s.depth == 0 }

// Pos is the offset up to which the text is read.
func (s *Scanner) Pos() int { return s.i }

// Open begins an object, '{', or an array, '['. A null passes for an empty one.
func (s *Scanner) Open(bracket byte) {
	switch c := s.peek(); {
	case c == bracket && s.depth < maxDepth:
		s.i++
		s.depth++
		s.at = inside
	case c == 'n' && s.literal("null"):
		s.at = null
	default:
		s.Fail()
	}
}

// Field moves to the value of the next field, whose name is Key; false at the end of the object, which is then over.
func (s *Scanner) Field() bool {
	if !s.next('}') || !s.name() {
		return false
	}
	if !s.plain {
		s.Fail()
		return false
	}
	s.at = before
	return true
}

// Element moves to the next value of an array; false at its end.
func (s *Scanner) Element() bool {
	more := s.next(']')
	if more {
		s.at = before
	}
	return more
}

// Value reads any value and returns its bytes.
func (s *Scanner) Value() []byte {
	s.at = behind
	c := s.peek()
	from := s.i
	switch {
	case c == '"':
		s.text()
	case c == '{':
		for s.Open('{'); s.next('}') && s.name(); {
			s.Value()
		}
	case c == '[':
		for s.Open('['); s.next(']'); {
			s.Value()
		}
	case c == 'n' && s.literal("null"), c == 't' && s.literal("true"), c == 'f' && s.literal("false"):
	default:
		s.number()
	}
	if s.p == nil {
		return nothing
	}
	return s.p[from:s.i]
}

var nothing = []byte("null")

// Int reads an integer into n, which stays where the value is null. It returns the bytes.
func (s *Scanner) Int(n *int) []byte {
	value := s.Value()
	if value[0] == 'n' {
		return value
	}
	i, err := strconv.Atoi(string(value))
	if err != nil {
		s.Fail()
		return nothing
	}
	*n = i
	return value
}

// Word reads a string that encoding/json would not alter and that has no capitals; nil where the value is null.
func (s *Scanner) Word() []byte {
	value := s.Value()
	if value[0] == '"' && s.plain {
		return value[1 : len(value)-1]
	}
	if value[0] != 'n' {
		s.Fail()
	}
	return nil
}

// Skip moves past literal, if that comes next, byte for byte.
func (s *Scanner) Skip(literal []byte) bool {
	if !bytes.HasPrefix(s.p[s.i:], literal) {
		return false
	}
	s.i += len(literal)
	return true
}

// peek is the next byte that is no white space; 0 at the end.
func (s *Scanner) peek() byte {
	if s.i < len(s.p) && s.p[s.i] > ' ' {
		return s.p[s.i]
	}
	return s.pastSpace()
}

func (s *Scanner) pastSpace() byte {
	for ; s.i < len(s.p); s.i++ {
		if c := s.p[s.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// next moves to the next member of what is open, or past its end.
func (s *Scanner) next(end byte) bool {
	if s.at == before {
		s.Value()
	}
	was := s.at
	s.at = behind
	switch c := s.peek(); {
	case was == null:
		return false
	case c == end:
		s.i++
		s.depth--
		return false
	case was == inside:
		return true
	case c == ',':
		s.i++
		return true
	}
	s.Fail()
	return false
}

// name reads a key and its colon.
func (s *Scanner) name() bool {
	if s.peek() == '"' {
		s.Key = s.text()
		if s.peek() == ':' {
			s.i++
			return true
		}
	}
	s.Fail()
	return false
}

// text reads a string and returns what is between its quotes.
func (s *Scanner) text() []byte {
	p, from := s.p, s.i+1
	var seen class
	for i := from; i < len(p); i++ {
		c := classes[p[i]]
		seen |= c
		if c&special == 0 {
			continue
		}
		if p[i] == '"' {
			s.i, s.plain = i+1, seen&altered == 0
			return p[from:i]
		}
		n := escape(p[i:])
		if n == 0 {
			break
		}
		i += n - 1
	}
	s.Fail()
	return nil
}

// class is what a byte in a string means to text.
type class byte

const (
	special class = 1 << iota // ends the string, begins an escape, or is not allowed
	altered                   // encoding/json folds or replaces it, in a key or at all
)

var classes = func() (all [256]class) {
	for c := range all {
		switch {
		case c < ' ', c == '"':
			all[c] = special
		case c == '\\':
			all[c] = special | altered
		case c >= 'A' && c <= 'Z', c >= utf8.RuneSelf:
			all[c] = altered
		}
	}
	return all
}()

// escape is the length of the escape that p begins with; 0 where it is none.
func escape(p []byte) int {
	if len(p) < len(`\n`) || p[0] != '\\' {
		return 0
	}
	switch p[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return len(`\n`)
	case 'u':
		if n := len(`\u0000`); len(p) >= n && isHex(p[2:n]) {
			return n
		}
	}
	return 0
}

func isHex(p []byte) bool {
	for _, c := range p {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads a number as JSON writes it.
func (s *Scanner) number() {
	s.literal("-")
	ok := s.literal("0") || s.digits()
	if s.literal(".") {
		ok = s.digits() && ok
	}
	if s.literal("e") || s.literal("E") {
		_ = s.literal("+") || s.literal("-")
		ok = s.digits() && ok
	}
	if !ok {
		s.Fail()
	}
}

// digits moves past one digit or more.
func (s *Scanner) digits() bool {
	from := s.i
	for s.i < len(s.p) && isDigit(s.p[s.i]) {
		s.i++
	}
	return s.i > from
}

// literal moves past a literal, if it comes next.
func (s *Scanner) literal(word string) bool {
	rest := s.p[s.i:]
	if len(rest) < len(word) || string(rest[:len(word)]) != word {
		return false
	}
	s.i += len(word)
	return true
}
