package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// session is an HTTP/2 connection, which its streams share. net/http speaks on it.
type session struct {
	*http.ClientConn
	wire *frames
}

// abort closes the connection at once.
func (s *session) abort() { s.Close() }

// lastRead is when the client's last read of the connection returned: whatever a stream has brought had come by then.
func (s *session) lastRead() time.Duration { return time.Duration(s.wire.at.Load()) }

// frames is what carries a session's frames. It is read by one goroutine, net/http's.
type frames struct {
	net.Conn
	clock    Clock
	at       atomic.Int64 // when the last read returned
	greeting greeting
}

func (f *frames) Read(p []byte) (int, error) {
	f.greeting.back()
	n, err := f.Conn.Read(p)
	f.at.Store(int64(f.clock.Now()))
	f.greeting.took(p[:n], err)
	return n, err
}

func (f *frames) Close() error {
	f.greeting.end(errNotHTTP2)
	return f.Conn.Close()
}

// errNotHTTP2 is what is known of a server that says nothing that could be quoted.
var errNotHTTP2 = errors.New("the server does not speak HTTP/2: it closed the connection")

// greeting awaits what a server of HTTP/2 says first: the frame with its SETTINGS, of which the limit on streams is one.
type greeting struct {
	first []byte // what came first
	whole bool   // the frame has come
	once  sync.Once
	heard chan error // what came of it, once
}

// Of a frame.
const (
	frameHead    = 9 // bytes: length in three, type, flags, stream in four
	settingsType = 4
	longestFrame = 16 << 10
)

// took takes what a read brought.
func (g *greeting) took(p []byte, err error) {
	if g.whole {
		return
	}
	g.first = append(g.first, p...)
	if len(g.first) >= frameHead {
		length := int(g.first[0])<<16 | int(g.first[1])<<8 | int(g.first[2])
		if g.first[3] != settingsType || length > longestFrame {
			g.end(g.refusal())
			return
		}
		g.whole = len(g.first) >= frameHead+length
	}
	if err != nil && !g.whole {
		g.end(g.refusal())
	}
}

// back is told that the reader has taken in what it read, and wants more.
func (g *greeting) back() {
	if g.whole && g.first != nil {
		g.first = nil
		g.end(nil)
	}
}

func (g *greeting) end(err error) { g.once.Do(func() { g.heard <- err }) }

// refusal quotes what came in place of a greeting.
func (g *greeting) refusal() error {
	line, _, _ := bytes.Cut(g.first, []byte("\r\n"))
	if len(line) == 0 {
		return errNotHTTP2
	}
	return fmt.Errorf("the server does not speak HTTP/2: it answered %.60q", line)
}

// open makes a connection and awaits the server's greeting on it. ctx is the exchange's, limited ends with the time for
// connecting.
func (h *HTTP2) open(ctx, limited context.Context) (*session, *record.Failure) {
	c, failure := h.connect(limited)
	if failure != nil {
		return nil, h.said(ctx, failure)
	}
	if secure, ok := c.Conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol != protocolHTTP2 {
		c.abort()
		return nil, &record.Failure{Type: record.TLS, Message: noALPN}
	}
	s, err := h.greet(limited, c)
	if err != nil {
		c.abort()
		return nil, h.unconnected(ctx, limited, record.Connect, err)
	}
	return s, nil
}

// Note: by the scheme http net/http takes the connection for what speaks HTTP/2 already. What is below is ours: TLS, or not.
func (h *HTTP2) greet(ctx context.Context, c *conn) (*session, error) {
	f := &frames{Conn: c.Conn, clock: h.clock, greeting: greeting{heard: make(chan error, 1)}}
	t := &http.Transport{
		DialContext:            func(context.Context, string, string) (net.Conn, error) { return f, nil },
		Protocols:              new(http.Protocols),
		DisableCompression:     true,
		MaxResponseHeaderBytes: longestHead,
	}
	t.Protocols.SetUnencryptedHTTP2(true)
	client, err := t.NewClientConn(ctx, "http", h.address)
	if err != nil {
		return nil, err
	}
	select {
	case err = <-f.greeting.heard:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		client.Close()
		return nil, err
	}
	return &session{client, f}, nil
}

const (
	protocolHTTP2 = "h2" // in TLS
	longestHead   = 64 << 10
	noALPN        = "the server does not speak HTTP/2: TLS did not agree on it"
)

// said explains a failure to connect: TLS has an alert for a server that knows no such protocol.
func (h *HTTP2) said(ctx context.Context, failure *record.Failure) *record.Failure {
	switch {
	case ctx.Err() != nil:
		return cancelled(ctx)
	case failure.Type == record.Cancelled: // by the time for connecting
		return h.timeouts.unconnected(record.Connect, context.DeadlineExceeded)
	case strings.Contains(failure.Message, "no application protocol"):
		return &record.Failure{Type: record.TLS, Message: noALPN}
	}
	return failure
}
