package transport

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/splleed/splleed/internal/record"
)

// resetting is a connection that ends with a reset instead of an end.
type resetting struct{ net.Conn }

func (r resetting) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if err != nil {
		err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return n, err
}

func TestBrokenConnections(t *testing.T) {
	check := func(response string, reset bool, kind record.FailureType, message string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(_ int, p *peer) { p.request(); p.say(response) }}
			p := s.engine(t, Timeouts{})
			if reset {
				p.dial = func(ctx context.Context) (net.Conn, error) {
					c, err := s.dial(ctx)
					return resetting{c}, err
				}
			}
			ask(t, t.Context(), p, 0).checkFailure(t, 0, kind, message)
		})
	}
	const reset = "connection reset by peer"
	check("", true, record.Reset, reset)
	check(streamHead+event("a"), true, record.Reset, reset)
	check("HTTP/1.1 200 OK\r\n\r\ndata: a\n\n", true, record.Reset, reset) // only a clean end ends such a body
	for _, b := range broken {
		check(b.response, false, b.kind, b.message)
	}
}

// broken are responses, ended by a close, that are none.
var broken = []struct {
	response string
	kind     record.FailureType
	message  string
}{
	{"", record.Reset, "connection closed without a response"},
	{"HTTP/1.1 200 OK\r\nX: y", record.Reset, "connection closed without a response"},
	{streamHead + event("a"), record.Truncated, "connection closed in the middle of the response"},
	{streamHead + event("a")[:9], record.Truncated, "connection closed in the middle of the response"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ndata: a", record.Truncated, "connection closed in the middle of the response"},
	{"SSH-2.0-x\r\n", record.Malformed, `malformed response: status line "SSH-2.0-x"`},
	{streamHead + "zz\r\n", record.Malformed, `malformed response: chunk size "zz"`},
	{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", record.Malformed,
		`malformed response: content encoding "gzip", asked for none`},
	{"HTTP/1.1 500 x\r\nContent-Length: 9\r\n\r\noh", record.HTTP5xx, "HTTP 500 (connection closed in the middle of the response)"},
	{"HTTP/1.1 101 x\r\n\r\n", record.Malformed, "HTTP 101"},
	{answer(503, ""), record.HTTP5xx, "HTTP 503"},
	{answer(429, "slow down"), record.RateLimited, "HTTP 429: slow down"},
	{answer(429, "\x1f\x8b\x08", "Content-Encoding: gzip"), record.RateLimited, "HTTP 429: the body is compressed"},
	{answer(503, "slow down", "Content-Encoding: identity"), record.HTTP5xx, "HTTP 503: slow down"},
	{answer(200, `{"error":{"message":"no quota","code":1}}`), record.Malformed, "in place of a stream came: no quota"},
	{answer(200, "<html>\n<b>Hi</b>"), record.Malformed, "in place of a stream came: <html> <b>Hi</b>"},
	{answer(307, "", "Location: https://elsewhere/"), record.Malformed, `HTTP 307: redirects to "https://elsewhere/", which is not followed`},
}

func TestRefusals(t *testing.T) {
	check := func(response string, kind record.FailureType, message string, heard ...string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(_ int, p *peer) { p.request(); p.say(response) }}
			p := s.engine(t, Timeouts{})
			d := ask(t, t.Context(), p, 0)
			d.checkFailure(t, 0, kind, message)
			if got := strings.Join(d.lines[2:len(d.lines)-1], "|"); got != strings.Join(heard, "|") {
				t.Errorf("heard %s, want %s", got, heard)
			}
		})
	}
	const arrived = "0s arrived, bound 0s"
	check(answer(404, `{"error":{"message":"no such model","code":404}}`), record.HTTP4xx, "HTTP 404: no such model",
		`payload {"error":{"message":"no such model","code":404}}`, arrived)
	check(answer(429, "slow down"), record.RateLimited, "HTTP 429: slow down", "payload slow down", arrived)
	check(answer(500, "a\nb\n"), record.HTTP5xx, "HTTP 500: a b", "payload a\nb\n", arrived)
	check(answer(422, strings.Repeat("x", 300)), record.HTTP4xx, "HTTP 422: "+strings.Repeat("x", 200)+"…",
		"payload "+strings.Repeat("x", 300), arrived)
	check(answer(304, ""), record.Malformed, "HTTP 304")
}

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(server).engine(t, Timeouts{})
		p.dial = func(context.Context) (net.Conn, error) { return nil, syscall.ECONNREFUSED }
		d := ask(t, t.Context(), p, 7*ms)
		d.checkFailure(t, 7*ms, record.Connect, "connection refused")
		d.check(t, "7ms done connect: connection refused") // nothing was sent
	})
}
