package wire

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// outcome is all that a Response says of some bytes and of the end of the connection after them.
type outcome struct {
	Status   int
	Body     string
	Keep     bool
	Idle     time.Duration
	Location string
	Head     bool
	Rest     int    // bytes after the response
	End      string // "complete", "close" (complete at the end of the connection), "cut", or the error
}

// parse pushes raw in steps of n bytes.
func parse(raw string, n int) outcome {
	var r Response
	var body strings.Builder
	rest := 0
	for len(raw) > 0 {
		p := []byte(raw[:min(n, len(raw))])
		raw = raw[len(p):]
		for len(p) > 0 && !r.Complete() {
			b, after, err := r.Next(p)
			body.Write(b)
			if err != nil {
				return outcome{Body: body.String(), Head: r.HeadComplete(), End: err.Error()}
			}
			p = after
		}
		rest += len(p)
	}
	end := "complete"
	if !r.Complete() {
		end = map[bool]string{true: "close", false: "cut"}[r.EOF() == nil]
	}
	return outcome{r.Status, body.String(), r.KeepAlive, r.IdleTimeout, r.Location, r.HeadComplete(), rest, end}
}

func TestResponse(t *testing.T) {
	check := func(raw string, want outcome) {
		t.Helper()
		raw = strings.ReplaceAll(raw, "\n", "\r\n")
		for n := 1; n <= len(raw); n++ {
			if got := parse(raw, n); got != want {
				t.Fatalf("in steps of %d bytes:\n%q\n got %+v\nwant %+v", n, raw, got, want)
			}
		}
	}
	check("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
		outcome{Status: 200, Body: "hello", Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 200\ncontent-length:5 \n\nhello, more",
		outcome{Status: 200, Body: "hello", Keep: true, Head: true, Rest: 6, End: "complete"})
	check("HTTP/1.1 200 OK\nContent-Length: 5\n\nhell",
		outcome{Status: 200, Body: "hell", Keep: true, Head: true, End: "cut"})
	check("HTTP/1.1 200 OK\nContent-Length: 0\n\n",
		outcome{Status: 200, Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 204 No Content\n\n",
		outcome{Status: 204, Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 200 OK\n\nhello\n",
		outcome{Status: 200, Body: "hello\r\n", Head: true, End: "close"})
	check("HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n5\nhello\nA;x=\"y\"\n, world!!!\n0\nX-Sum: 1\n\n",
		outcome{Status: 200, Body: "hello, world!!!", Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n05\nhello\n0\n",
		outcome{Status: 200, Body: "hello", Keep: true, Head: true, End: "cut"})
	check("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 3\n\n5\nhello\n0\n\n",
		outcome{Status: 200, Body: "hello", Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\nConnection: close\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\nx",
		outcome{Status: 200, Body: "x", Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 101 Switching Protocols\nUpgrade: x\n\nabc",
		outcome{Status: 101, Head: true, Rest: 3, End: "complete"})
	check("HTTP/1.1 307 Temporary Redirect\nLocation: /v2\nContent-Length: 0\n\n",
		outcome{Status: 307, Location: "/v2", Keep: true, Head: true, End: "complete"})
	check("HTTP/1.1 200 O", outcome{End: "cut"})
	check("", outcome{End: "cut"})

	// Whether the connection lives on.
	keep := func(head string, keep bool, idle time.Duration) {
		t.Helper()
		check(head+"\nContent-Length: 0\n\n", outcome{Status: 200, Keep: keep, Idle: idle, Head: true, End: "complete"})
	}
	keep("HTTP/1.1 200 OK\nConnection: close", false, 0)
	keep("HTTP/1.1 200 OK\nConnection: Upgrade, CLOSE", false, 0)
	keep("HTTP/1.1 200 OK\nConnection: close\nConnection: keep-alive", false, 0)
	keep("HTTP/1.1 200 OK\nConnection: keep-alive\nKeep-Alive: timeout=5, max=100", true, 5*time.Second)
	keep("HTTP/1.1 200 OK\nKeep-Alive: max=7, Timeout=65", true, 65*time.Second)
	keep("HTTP/1.1 200 OK\nKeep-Alive: timeout=soon", true, 0)
	keep("HTTP/1.1 200 OK\nKeep-Alive: timeout=0", false, 0)
	keep("HTTP/1.0 200 OK", false, 0)
	keep("HTTP/1.0 200 OK\nConnection: Keep-Alive", true, 0)
}

func TestResponseBareLF(t *testing.T) {
	got := parse("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n", 1)
	if want := (outcome{Status: 200, Body: "hello", Keep: true, Head: true, End: "complete"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMalformedResponse(t *testing.T) {
	check := func(raw, message string) {
		t.Helper()
		raw = strings.ReplaceAll(raw, "\n", "\r\n")
		want := "malformed response: " + message
		for _, n := range []int{1, 7, 1 << 20} {
			if got := parse(raw, n).End; got != want {
				t.Errorf("%.60q in steps of %d: got %q, want %q", raw, n, got, want)
			}
		}
	}
	check("SSH-2.0-OpenSSH_9.7\n", `status line "SSH-2.0-OpenSSH_9.7"`)
	check("HTTP/2.0 200 OK\n", `status line "HTTP/2.0 200 OK"`)
	check("HTTP/1.1 20 OK\n", `status line "HTTP/1.1 20 OK"`)
	check("HTTP/1.1 2000 OK\n", `status line "HTTP/1.1 2000 OK"`)
	check("HTTP/1.1 099 OK\n", `status line "HTTP/1.1 099 OK"`)
	check("\n", `status line ""`)
	check("HTTP/1.1 200 OK\nno colon\n", `header "no colon"`)
	check("HTTP/1.1 200 OK\nContent-Length : 5\n", `header "Content-Length : 5"`)
	check("HTTP/1.1 200 OK\nX: a\n folded\n", `header " folded"`)
	check("HTTP/1.1 200 OK\nContent-Length: -5\n", `content length "-5"`)
	check("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n", `content length "6"`)
	check("HTTP/1.1 200 OK\nContent-Length: 9999999999999999999\n", `content length "9999999999999999999"`)
	check("HTTP/1.1 200 OK\nContent-Encoding: gzip\n", `content encoding "gzip", asked for none`)
	check("HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n", `transfer encoding "gzip, chunked"`)
	check("HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n", `transfer encoding "chunked"`)
	chunked := "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
	check(chunked+"five\n", `chunk size "five"`)
	check(chunked+"\n", `chunk size ""`)
	check(chunked+"1000000000000000\n", `chunk size "1000000000000000"`)
	check(chunked+"5\nhello!\n", `chunk is longer than it says`)
	check("HTTP/1.1 200 OK\nX: "+strings.Repeat("x", MaxHead), `head over 65536 bytes`)
	check("HTTP/1.1 200 OK\n"+strings.Repeat("X: x\n", MaxHead/5), `head over 65536 bytes`)
	check(strings.Repeat("HTTP/1.1 100 Continue\n\n", MaxHead/20), `head over 65536 bytes`)
	check(chunked+"0\n"+strings.Repeat("X: x\n", MaxHead/5), `head over 65536 bytes`)
}

func TestMalformedIsAnError(t *testing.T) {
	var r Response
	if _, _, err := r.Next([]byte("nonsense\n")); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v, want an ErrMalformed", err)
	}
	if err := r.EOF(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("EOF in the head: got %v", err)
	}
}

func TestReset(t *testing.T) {
	var r Response
	for i := range 3 {
		p := fmt.Appendf(nil, "HTTP/1.1 %d x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n", 200+i)
		for len(p) > 0 {
			_, p, _ = r.Next(p)
		}
		if r.Status != 200+i || r.Complete() || !r.HeadComplete() {
			t.Fatalf("round %d: %+v", i, r)
		}
		r.Reset() // in the middle of a body
	}
}
