package transport

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
)

// server is the other side, in memory: serve gets every connection, numbered from 1.
type server struct {
	dials atomic.Int32
	serve func(no int, p *peer)
	peers sync.WaitGroup
}

// peer is the server's end of a connection.
type peer struct {
	net.Conn
	in *bufio.Reader
}

func newPeer(c net.Conn) *peer { return &peer{c, bufio.NewReader(c)} }

// request reads one request; false when the client has closed.
func (p *peer) request() (body string, ok bool) {
	r, err := http.ReadRequest(p.in)
	if err != nil {
		return "", false
	}
	b, err := io.ReadAll(r.Body)
	return string(b), err == nil
}

// say writes; it ends the peer when the client has closed.
func (p *peer) say(parts ...string) {
	for _, s := range parts {
		if _, err := io.WriteString(p, s); err != nil {
			runtime.Goexit()
		}
	}
}

func (s *server) dial(context.Context) (net.Conn, error) {
	client, far := net.Pipe()
	no := int(s.dials.Add(1))
	s.peers.Go(func() {
		defer far.Close()
		s.serve(no, newPeer(far))
	})
	return client, nil
}

// Responses, in pieces.
const (
	streamHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	streamEnd  = "0\r\n\r\n"
)

// event is an SSE event in a chunk of its own.
func event(data string) string {
	e := "data: " + data + "\n\n"
	return fmt.Sprintf("%x\r\n%s\r\n", len(e), e)
}

func answer(status int, body string, headers ...string) string {
	head := append([]string{fmt.Sprintf("HTTP/1.1 %d x", status), fmt.Sprintf("Content-Length: %d", len(body))}, headers...)
	return strings.Join(head, "\r\n") + "\r\n\r\n" + body
}

// diary is a Sink that writes down what it hears. Any payload that is not of the form "-…" is generated content.
type diary struct {
	lines  []string
	sent   []Sending     // without the time it took to connect
	took   time.Duration // to connect, the last time
	active bool

	left    []time.Duration
	carried record.TCP
	failed  *record.Failure
	at      time.Duration // of Done
	done    chan struct{}
	onDone  func()
}

func newDiary() *diary { return &diary{done: make(chan struct{})} }

func (d *diary) note(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Sent(begin, end time.Duration, how Sending) {
	d.took, how.Connect = how.Connect, 0
	d.sent = append(d.sent, how)
	d.note("%v sent", begin)
}
func (d *diary) Left(at time.Duration)                { d.left = append(d.left, at) }
func (d *diary) Headers(at time.Duration, status int) { d.note("%v headers %d", at, status) }
func (d *diary) Payload(p []byte) {
	d.active = d.active || !strings.HasPrefix(string(p), "-")
	d.note("payload %s", p)
}
func (d *diary) Arrived(a Arrival)    { d.note("%v arrived, bound %v", a.At, a.Bound) }
func (d *diary) Carried(c record.TCP) { d.carried = c }
func (d *diary) Active() bool         { return d.active }
func (d *diary) Done(at time.Duration, failure *record.Failure) {
	d.at, d.failed = at, failure
	d.note("%v done %v", at, failure)
	if d.onDone != nil {
		d.onDone()
	}
	close(d.done)
}

var testURL = &url.URL{Scheme: "http", Host: "test"}

// engine is a Portable before s. The test ends when every peer has seen its connection close.
func (s *server) engine(t *testing.T, limits Timeouts) *Portable {
	p := NewPortable(Options{Clock: NewClock(), BaseURL: testURL, Dial: s.dial, Timeouts: limits})
	t.Cleanup(func() {
		p.Close()
		s.peers.Wait()
	})
	return p
}

// request is a request with that body.
func request(t testing.TB, body string) []byte {
	t.Helper()
	raw, err := wire.Request{Target: "/", Host: "test", Body: []byte(body)}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// ask runs one exchange to its end.
func ask(t testing.TB, ctx context.Context, p Engine, due time.Duration) *diary {
	t.Helper()
	d := newDiary()
	p.Start(ctx, &Exchange{Due: due, Request: request(t, "q"), Sink: d})
	<-d.done
	return d
}

func (d *diary) check(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(d.lines, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(d.lines, "\n  "), strings.Join(want, "\n  "))
	}
}

// checkFailure compares type, message and time of the end.
func (d *diary) checkFailure(t *testing.T, at time.Duration, kind record.FailureType, message string) {
	t.Helper()
	if d.failed == nil || d.failed.Type != kind || d.failed.Message != message || d.at != at {
		t.Errorf("got %v at %v, want %s: %s at %v", d.failed, d.at, kind, message, at)
	}
}

// checkEnd compares type and message.
func (d *diary) checkEnd(t *testing.T, kind record.FailureType, message string) {
	t.Helper()
	if d.failed == nil || d.failed.Type != kind || d.failed.Message != message {
		t.Errorf("got %v, want %s: %s", d.failed, kind, message)
	}
}

// checkHeard compares what was heard after the sending, without times and without which payloads came together.
func (d *diary) checkHeard(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, line := range d.lines {
		if at, rest, _ := strings.Cut(line, " "); at != "payload" {
			line = rest
		}
		if line != "sent" && !strings.HasPrefix(line, "arrived") {
			got = append(got, line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
