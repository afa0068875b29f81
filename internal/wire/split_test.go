package wire

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// split feeds body in steps of n bytes, then ends it.
func split(s Splitter, body string, n int) (payloads []string) {
	emit := func(p []byte) { payloads = append(payloads, string(p)) }
	for len(body) > 0 {
		p := []byte(body[:min(n, len(body))])
		body = body[len(p):]
		if err := s.Feed(p, emit); err != nil {
			return append(payloads, err.Error())
		}
		for i := range p {
			p[i] = '?' // the next read overwrites the buffer
		}
	}
	s.End(emit)
	return payloads
}

func checkSplit(t *testing.T, fresh func() Splitter, body string, want ...string) {
	t.Helper()
	for n := 1; n <= max(1, len(body)); n++ {
		if got := split(fresh(), body, n); !slices.Equal(got, want) {
			t.Fatalf("%q in steps of %d:\n got %q\nwant %q", body, n, got, want)
		}
	}
}

func TestSSE(t *testing.T) {
	check := func(body string, want ...string) {
		t.Helper()
		checkSplit(t, func() Splitter { return new(SSE) }, body, want...)
	}
	check("data: a\n\ndata: b\n\n", "a", "b")
	check("data:a\n\ndata:  b\n\n", "a", " b") // one space is syntax, a second one is data
	check("data: a\r\n\r\ndata: b\r\n\r\n", "a", "b")
	check("data: a\r\rdata: b\r\r", "a", "b")
	check("data: a\r\n\ndata: b\n\r\n", "a", "b")
	check("data: a\ndata: b\ndata\ndata: c\n\n", "a\nb\n\nc")
	check("data: abc\nid: 123456789\n\n", "abc") // a cut line after a joined one
	check(": ping\n\ndata: a\n: ping\n\n:\n\n", "a")
	check("event: x\nid: 7\nretry: 10\ndata: a\n\nevent: y\n\n", "a") // no data, no event
	check("data:\n\ndata\n\n", "", "")
	check("data: a\u2028b\u0085c\vd\fe\n\n", "a\u2028b\u0085c\vd\fe")
	check("\uFEFFdata: a\n\n\uFEFFdata: b\n\n", "a")
	check("database: a\n\n data: b\n\n")
	check("data: a\n\ndata: b\n", "a", "b") // only the blank line is missing
	check("data: a\n\ndata: b", "a")        // may be cut anywhere
	check("")
	check("\n\n\r\n\r")
	check("data: {\"x\":\"data: y\\n\"}\n\n", `{"x":"data: y\n"}`)
}

func TestLines(t *testing.T) {
	check := func(body string, want ...string) {
		t.Helper()
		checkSplit(t, func() Splitter { return new(Lines) }, body, want...)
	}
	check("{}\n{\"a\":1}\r\n", "{}", `{"a":1}`)
	check("a\n\n\r\nb", "a", "b")
	check("a\rb\n", "a\rb")
	check("")
}

func TestWhole(t *testing.T) {
	check := func(body string, want ...string) {
		t.Helper()
		checkSplit(t, func() Splitter { return new(Whole) }, body, want...)
	}
	check("a\n\nb\r\n", "a\n\nb\r\n")
	check("")
}

func TestPayloadLimit(t *testing.T) {
	check := func(s Splitter, line string) {
		t.Helper()
		p := []byte(line + strings.Repeat("x", 1<<20))
		for range MaxPayload>>20 + 1 {
			if err := s.Feed(p, func([]byte) {}); err != nil {
				if !errors.Is(err, ErrMalformed) {
					t.Errorf("%T: %v", s, err)
				}
				return
			}
		}
		t.Errorf("%T takes a payload of any length", s)
	}
	check(new(SSE), "data: ")
	check(new(SSE), "\ndata: ") // ever more data lines: each Feed ends the line of the one before
	check(new(Lines), "")
	check(new(Whole), "")
}

func TestNoAllocations(t *testing.T) {
	event := []byte("data: {\"choices\":[{\"text\":\"hello\"}]}\n\n")
	head := []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := append(append([]byte("26\r\n"), event...), "\r\n"...)
	if len(event) != 0x26 {
		t.Fatalf("the event has %#x bytes", len(event))
	}
	var (
		r     Response
		sse   SSE
		count int
	)
	emit := func(p []byte) { count += bytes.Count(p, []byte("hello")) }
	feed := func(p []byte) {
		for len(p) > 0 {
			body, rest, err := r.Next(p)
			if err != nil || sse.Feed(body, emit) != nil {
				t.Fatal(err)
			}
			p = rest
		}
	}
	feed(head)
	check := func(name string, run func()) {
		t.Helper()
		run()
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations an event", name, n)
		}
	}
	check("whole", func() { feed(chunk) })
	check("cut", func() { feed(chunk[:1]); feed(chunk[1:20]); feed(chunk[20:43]); feed(chunk[43:]) })
	if count != 2*102 {
		t.Errorf("%d events, want 204", count)
	}
}
