package wire

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// Response parses one HTTP/1.1 response. Its zero value is ready; Reset makes it ready for the next one.
type Response struct {
	// Known once HeadComplete.
	Status      int           // of the final response: 1xx ones are skipped
	KeepAlive   bool          // the connection may carry another request once the response is complete
	IdleTimeout time.Duration // how long the server keeps an idle connection open; 0 where it does not say
	Location    string        // where a redirect points; "" without one
	Compressed  bool          // the body, which is no success's

	state   state
	old     bool   // HTTP/1.0
	close   bool   // "Connection: close"
	keep    bool   // "Connection: keep-alive"
	length  int64  // Content-Length, -1 without one
	chunked bool   // Transfer-Encoding: chunked
	left    int64  // bytes left of the body or of the chunk
	lines   int    // bytes of head and trailers so far
	line    []byte // start of a line that a read has cut
}

// state is what the next byte belongs to.
type state uint8

const (
	statusLine state = iota
	headerLine
	sizedBody // here the body begins: HeadComplete compares with it
	closedBody
	chunkSize
	chunkData
	chunkEnd
	trailerLine
	complete
)

// Reset forgets everything but the memory.
func (r *Response) Reset() { *r = Response{line: r.line[:0]} }

// HeadComplete reports whether the status line and all headers have come.
func (r *Response) HeadComplete() bool { return r.state >= sizedBody }

// Complete reports whether the response is over. Bytes after it belong to no response.
func (r *Response) Complete() bool { return r.state == complete }

// Next takes bytes off the front of p until the head is complete, a run of body bytes is found, or p is used up.
// It returns that run, which lies in p and may be empty, and the rest of p. Errors wrap ErrMalformed and are final.
func (r *Response) Next(p []byte) (body, rest []byte, err error) {
	for len(p) > 0 && r.state != complete {
		switch r.state {
		case sizedBody, chunkData:
			body, rest = r.take(p)
			return body, rest, nil
		case closedBody:
			return p, nil, nil
		}
		inHead := !r.HeadComplete()
		if p, err = r.takeLine(p); err != nil || inHead && r.HeadComplete() {
			return nil, p, err
		}
	}
	return nil, p, nil
}

// EOF tells that the connection ended. It is io.ErrUnexpectedEOF unless that completes the response.
func (r *Response) EOF() error {
	switch r.state {
	case complete:
	case closedBody:
		r.state = complete
	default:
		return io.ErrUnexpectedEOF
	}
	return nil
}

// take splits p after the body bytes that are still due.
func (r *Response) take(p []byte) (body, rest []byte) {
	n := min(int64(len(p)), r.left)
	if r.left -= n; r.left == 0 {
		if r.state == chunkData {
			r.state = chunkEnd
		} else {
			r.state = complete
		}
	}
	return p[:n], p[n:]
}

// takeLine takes one line, or the start of one, off p. A line ends with LF or CR LF.
func (r *Response) takeLine(p []byte) (rest []byte, err error) {
	i := bytes.IndexByte(p, '\n')
	n := i + 1
	if i < 0 {
		n = len(p)
	}
	if r.lines += n; r.lines > MaxHead {
		return nil, fmt.Errorf("%w: head over %d bytes", ErrMalformed, MaxHead)
	}
	if i < 0 {
		r.line = append(r.line, p...)
		return nil, nil
	}
	line := p[:i]
	if len(r.line) > 0 {
		r.line = append(r.line, line...)
		line, r.line = r.line, r.line[:0]
	}
	return p[n:], r.onLine(bytes.TrimSuffix(line, []byte("\r")))
}

func (r *Response) onLine(line []byte) error {
	switch r.state {
	case statusLine:
		return r.onStatus(line)
	case headerLine:
		if len(line) == 0 {
			return r.onHeadEnd()
		}
		return r.onHeader(line)
	case chunkSize:
		return r.onChunkSize(line)
	case chunkEnd:
		if len(line) > 0 {
			return fmt.Errorf("%w: chunk is longer than it says", ErrMalformed)
		}
		r.state, r.lines = chunkSize, 0
	case trailerLine:
		if len(line) == 0 {
			r.state = complete
		}
	}
	return nil
}

func (r *Response) onChunkSize(line []byte) error {
	digits, _, _ := bytes.Cut(line, []byte(";")) // extensions mean nothing to us
	n, ok := parseHex(bytes.TrimRight(digits, " \t"))
	if !ok {
		return fmt.Errorf("%w: chunk size %.40q", ErrMalformed, line)
	}
	if r.left, r.lines = n, 0; n == 0 {
		r.state = trailerLine
	} else {
		r.state = chunkData
	}
	return nil
}

// parseHex reads a number of at most 15 digits, which cannot overflow.
func parseHex(digits []byte) (n int64, ok bool) {
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	for _, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int64(c)
	}
	return n, true
}
