package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
)

// conn is one connection to the server.
type conn struct {
	net.Conn               // where requests go in and responses come out: TLS, or the socket itself
	sock     *socket       // what is below
	resp     wire.Response // the response that is coming
	used     bool          // it has carried a response
}

// abort closes the connection at once, also while another goroutine uses it; TLS says no goodbye.
func (c *conn) abort() { c.sock.Conn.Close() }

// quiet is keepable's. Below TLS a server says more than responses: tickets wait until the first one is read.
func (c *conn) quiet() bool {
	switch secure, ok := c.Conn.(*tls.Conn); {
	case !ok:
		return quiet(c.sock.Conn)
	case !c.used:
		return true
	default:
		return quiet(c.sock.Conn) && drained(secure)
	}
}

// drained reports that TLS holds nothing which came with the end of the last response.
func drained(c *tls.Conn) bool {
	_ = c.SetReadDeadline(time.Unix(0, 0)) // the socket is not asked; the next exchange sets its own
	n, err := c.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}

// socket takes the stamps: the kernel's where there are some. They belong to the lowest read, below TLS, which may bring
// several events in pieces or several pieces at once.
type socket struct {
	net.Conn
	look
	clock  Clock
	before func()        // called before every read
	reads  *stampedReads // nil where the kernel gives no stamps
}

func (s *socket) Read(p []byte) (int, error) {
	if s.before != nil {
		s.before()
	}
	if s.reads != nil {
		return s.reads.readInto(p)
	}
	n, err := s.Conn.Read(p)
	s.at = s.clock.Now()
	s.took(n, extentOf(n, len(p)), s.at)
	return n, err
}

// connector makes the connections of an engine that leaves sockets to Go's runtime.
type connector struct {
	clock    Clock
	dial     func(ctx context.Context) (net.Conn, error)
	tls      *tls.Config // nil for plain http
	tunnel   string      // where the proxy is asked to lead, "host:port"; "" without one, and for plain http
	timeouts Timeouts
	stamps   *stamps // nil where the kernel gives none
}

// newConnector returns one for a protocol by its name in TLS. Its connections have no stamps of the kernel yet.
func newConnector(o Options, protocol string) connector {
	k := connector{clock: o.Clock, dial: o.Dial, timeouts: o.Timeouts.OrDefault()}
	if k.dial == nil {
		k.dial = dialer(o.peer(), &sources{all: o.Sources})
	}
	if o.BaseURL.Scheme == "https" {
		k.tls = tlsConfig(o.TLS, o.BaseURL.Hostname(), protocol)
		if o.Proxy != nil {
			k.tunnel = hostPort(o.BaseURL)
		}
	}
	return k
}

// connect makes a connection that is ready for a request.
func (k *connector) connect(ctx context.Context) (*conn, *record.Failure) {
	limited, cancel := context.WithTimeout(ctx, k.timeouts.Connect)
	defer cancel()
	raw, err := k.dial(limited)
	if err != nil {
		return nil, k.unconnected(ctx, limited, record.Connect, err)
	}
	if k.tunnel != "" {
		if err := tunnel(limited, raw, k.tunnel); err != nil {
			raw.Close()
			return nil, k.unconnected(ctx, limited, record.Connect, err)
		}
	}
	sock := &socket{Conn: raw, clock: k.clock}
	sock.reads = k.stamps.on(sock)
	c := &conn{Conn: sock, sock: sock}
	if k.tls == nil {
		return c, nil
	}
	secure := tls.Client(sock, k.tls)
	if err := secure.HandshakeContext(limited); err != nil {
		c.abort()
		return nil, k.unconnected(ctx, limited, record.TLS, err)
	}
	c.Conn = secure
	return c, nil
}

// unconnected says why there is no connection. ctx is the exchange's, limited ends with the time for connecting.
func (k *connector) unconnected(ctx, limited context.Context, kind record.FailureType, err error) *record.Failure {
	switch {
	case ctx.Err() != nil:
		return cancelled(ctx)
	case limited.Err() != nil:
		err = context.DeadlineExceeded
	}
	return k.timeouts.unconnected(kind, err)
}

// hostPort is the address of a URL, with its port in any case.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func dialer(u *url.URL, from *sources) func(ctx context.Context) (net.Conn, error) {
	address := hostPort(u)
	return func(ctx context.Context) (net.Conn, error) {
		d := net.Dialer{}
		if source := from.deal(); source.IsValid() {
			d.LocalAddr, d.Control = sourceOf(source), bindsLate
		}
		return d.DialContext(ctx, "tcp", address) // Go sets TCP_NODELAY
	}
}

// tlsConfig completes a copy of the user's configuration.
func tlsConfig(user *tls.Config, host, protocol string) *tls.Config {
	c := &tls.Config{}
	if user != nil {
		c = user.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = host
	}
	c.NextProtos = []string{protocol}
	return c
}
