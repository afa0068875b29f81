package wire

import "bytes"

// SSE cuts server-sent events: a payload is the data of one event, its lines joined by LF.
//
// Lines end with LF, CR LF or CR and with nothing else, so U+2028 and U+0085 stay in the data. Comments, ids, names and
// events without data are skipped. At the end of the body an event that only lacks its blank line counts, since servers end
// streams like that; a line without its end is dropped, since it may be cut anywhere.
type SSE struct {
	data    []byte // data of the event so far
	inPlace []byte // the same while it is one line of the bytes being fed: spares the copy
	inside  bool   // the event has data
	cut     []byte // start of a line whose end has not come
	afterCR bool   // the last byte was a CR: a LF that comes next belongs to it
	begun   bool   // the first line, which may begin with a byte order mark, is over
}

// Feed is Splitter's.
func (s *SSE) Feed(p []byte, emit func([]byte)) error {
	for len(p) > 0 {
		line, rest, found := s.takeLine(p)
		if !found {
			if err := grow(&s.cut, rest); err != nil {
				return err
			}
			break
		}
		joined := len(s.cut) > 0
		if joined {
			s.cut = append(s.cut, line...)
			line, s.cut = s.cut, s.cut[:0]
		}
		if err := s.onLine(line, joined, emit); err != nil {
			return err
		}
		p = rest
	}
	return s.settle()
}

// End is Splitter's.
func (s *SSE) End(emit func([]byte)) { s.dispatch(emit) }

// takeLine splits p after its first line; where p holds no end of line, all of it is the rest.
func (s *SSE) takeLine(p []byte) (line, rest []byte, found bool) {
	if s.afterCR && p[0] == '\n' {
		p = p[1:]
	}
	s.afterCR = false
	line, rest, found = bytes.Cut(p, []byte("\n"))
	if i := bytes.IndexByte(line, '\r'); i >= 0 {
		s.afterCR = true
		return p[:i], p[i+1:], true
	}
	if !found {
		return nil, p, false
	}
	return line, rest, true
}

// onLine takes a line without its end. A joined one lies in s.cut, whose memory the next cut line overwrites.
func (s *SSE) onLine(line []byte, joined bool, emit func([]byte)) error {
	if !s.begun {
		line, s.begun = bytes.TrimPrefix(line, []byte("\uFEFF")), true
	}
	if len(line) == 0 {
		s.dispatch(emit)
		return nil
	}
	field, value, _ := bytes.Cut(line, []byte(":"))
	if string(field) != "data" {
		return nil
	}
	return s.onData(bytes.TrimPrefix(value, []byte(" ")), joined)
}

func (s *SSE) onData(value []byte, joined bool) error {
	if !s.inside && !joined {
		s.inside, s.inPlace = true, value
		return nil
	}
	if err := s.settle(); err != nil {
		return err
	}
	if s.inside {
		s.data = append(s.data, '\n')
	}
	s.inside = true
	return grow(&s.data, value)
}

// settle moves data out of bytes that are about to be overwritten.
func (s *SSE) settle() error {
	p := s.inPlace
	s.inPlace = nil
	return grow(&s.data, p)
}

// dispatch ends the event.
func (s *SSE) dispatch(emit func([]byte)) {
	if s.inPlace != nil {
		emit(s.inPlace)
	} else if s.inside {
		emit(s.data)
	}
	s.data, s.inPlace, s.inside = s.data[:0], nil, false
}
