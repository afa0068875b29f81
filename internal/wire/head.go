package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// onStatus reads "HTTP/1.1 200 OK". The reason may be missing, with or without the space before it.
func (r *Response) onStatus(line []byte) error {
	rest, ok := bytes.CutPrefix(line, []byte("HTTP/1."))
	if ok = ok && len(rest) >= 5 && rest[1] == ' ' && (len(rest) == 5 || rest[5] == ' '); ok {
		var code int64
		code, ok = parseDecimal(rest[2:5])
		r.Status, r.old, r.length, r.state = int(code), rest[0] == '0', -1, headerLine
	}
	if !ok || r.Status < 100 || rest[0] < '0' || rest[0] > '9' {
		return fmt.Errorf("%w: status line %.40q", ErrMalformed, line)
	}
	return nil
}

func (r *Response) onHeader(line []byte) error {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok || !isToken(string(name)) {
		return fmt.Errorf("%w: header %.40q", ErrMalformed, line)
	}
	value = bytes.Trim(value, " \t")
	is := func(known string) bool { return strings.EqualFold(string(name), known) } // allocates nothing
	switch {
	case is("content-length"):
		return r.onLength(value)
	case is("transfer-encoding"):
		if r.old || r.chunked || !bytes.EqualFold(value, []byte("chunked")) {
			return fmt.Errorf("%w: transfer encoding %.40q", ErrMalformed, value)
		}
		r.chunked = true
	case is("content-encoding"):
		return r.onEncoding(value)
	case is("connection"):
		r.onConnection(string(value))
	case is("keep-alive"):
		r.onKeepAlive(string(value))
	case is("location"):
		r.Location = string(value)
	}
	return nil
}

func (r *Response) onLength(value []byte) error {
	n, ok := parseDecimal(value)
	if !ok || r.length >= 0 && n != r.length {
		return fmt.Errorf("%w: content length %.40q", ErrMalformed, value)
	}
	r.length = n
	return nil
}

// onEncoding refuses a success that is compressed. Any other status says more than that its body cannot be read.
func (r *Response) onEncoding(value []byte) error {
	r.Compressed = r.Compressed || len(value) > 0 && !bytes.EqualFold(value, []byte("identity"))
	if r.Compressed && r.Status/100 == 2 {
		return fmt.Errorf("%w: content encoding %.40q, asked for none", ErrMalformed, value)
	}
	return nil
}

func (r *Response) onConnection(value string) {
	for token := range strings.SplitSeq(value, ",") {
		switch strings.ToLower(strings.TrimSpace(token)) {
		case "close":
			r.close = true
		case "keep-alive":
			r.keep = true
		}
	}
}

// onKeepAlive reads "timeout=5, max=100". A timeout of 0 takes the offer back.
func (r *Response) onKeepAlive(value string) {
	for token := range strings.SplitSeq(value, ",") {
		name, digits, _ := strings.Cut(strings.TrimSpace(token), "=")
		if seconds, err := strconv.ParseUint(digits, 10, 16); err == nil && strings.EqualFold(name, "timeout") {
			r.IdleTimeout = time.Duration(seconds) * time.Second
			r.close = r.close || seconds == 0
		}
	}
}

// onHeadEnd decides how long the body is, and what becomes of the connection after it.
func (r *Response) onHeadEnd() error {
	if r.Status < 200 && r.Status != 101 {
		*r = Response{line: r.line, lines: r.lines} // an interim response; the real one follows
		return nil
	}
	r.KeepAlive = !r.close && (r.keep || !r.old)
	switch {
	case r.Status == 101:
		r.KeepAlive, r.state = false, complete // what follows is not HTTP
	case r.Status == 204 || r.Status == 304:
		r.state = complete
	case r.chunked:
		r.state, r.lines = chunkSize, 0
	case r.length == 0:
		r.state = complete
	case r.length > 0:
		r.left, r.state = r.length, sizedBody
	default:
		r.KeepAlive, r.state = false, closedBody
	}
	return nil
}

// parseDecimal reads a number of at most 18 digits, which cannot overflow.
func parseDecimal(digits []byte) (n int64, ok bool) {
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// isToken reports whether s may name a header or a method.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
