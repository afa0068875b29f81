package transport

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// Real sockets: what memory cannot show.

// listen serves every connection on loopback until the test ends.
func listen(t *testing.T, serve func(*peer)) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var peers sync.WaitGroup
	peers.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			peers.Go(func() {
				defer c.Close()
				serve(newPeer(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		peers.Wait()
	})
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

func newEngine(t *testing.T, o Options) *Portable {
	o.Clock = NewClock()
	p := NewPortable(o)
	t.Cleanup(p.Close)
	return p
}

func TestTCPReset(t *testing.T) {
	check := func(before string, message string) {
		t.Helper()
		p := newEngine(t, Options{BaseURL: listen(t, func(p *peer) {
			p.request()
			p.say(before)
			if before != "" {
				time.Sleep(20 * ms) // else the reset may overtake the bytes
			}
			p.Conn.(*net.TCPConn).SetLinger(0)
		})})
		d := ask(t, t.Context(), p, 0)
		if d.failed == nil || d.failed.Type != record.Reset || d.failed.Message != message {
			t.Errorf("after %q: %v", before, d.failed)
		}
	}
	check("", "connection reset by peer")
	check(streamHead+event("a"), "connection reset by peer")
}

func TestRefusedByTheSystem(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &url.URL{Scheme: "http", Host: l.Addr().String()}
	l.Close()
	d := ask(t, t.Context(), newEngine(t, Options{BaseURL: u}), 0)
	if d.failed == nil || d.failed.Type != record.Connect || !strings.Contains(d.failed.Message, "refused") {
		t.Errorf("got %v", d.failed)
	}
}

func TestTLS(t *testing.T) {
	const events = 5
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range events {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
		}
	}))
	s.Config.ErrorLog = nil
	s.EnableHTTP2 = true // to be talked out of
	s.StartTLS()
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(s.Certificate())

	p := newEngine(t, Options{BaseURL: u, TLS: &tls.Config{RootCAs: trusted}})
	for i := range 2 {
		d := ask(t, t.Context(), p, 0)
		text := strings.Join(d.lines, "|")
		if d.failed != nil || strings.Count(text, "payload") != events || d.sent[0].NewConnection != (i == 0) {
			t.Errorf("request %d: %v, %v", i, d.sent, d.lines)
		}
	}
	check := func(name string, o Options, kind record.FailureType, message string) {
		t.Helper()
		d := ask(t, t.Context(), newEngine(t, o), 0)
		if d.failed == nil || d.failed.Type != kind || !strings.Contains(d.failed.Message, message) {
			t.Errorf("%s: got %v", name, d.failed)
		}
	}
	check("unknown authority", Options{BaseURL: u}, record.TLS, "unknown authority")
	check("wrong name", Options{BaseURL: u, TLS: &tls.Config{RootCAs: trusted, ServerName: "other.test"}}, record.TLS, "other.test")
	plain := *u
	plain.Scheme = "http"
	check("http to an https port", Options{BaseURL: &plain}, record.HTTP4xx, "HTTP 400")
	secure := *listen(t, func(p *peer) { p.say("HTTP/1.1 400 x\r\n\r\n") })
	secure.Scheme = "https"
	check("https to an http port", Options{BaseURL: &secure}, record.TLS, "handshake")
	if d := ask(t, t.Context(), newEngine(t, Options{BaseURL: u, TLS: &tls.Config{InsecureSkipVerify: true}}), 0); d.failed != nil {
		t.Errorf("unverified: %v", d.failed)
	}
}

// counter is a Sink that counts.
type counter struct {
	payloads, arrived int
	last              time.Duration
	failure           *record.Failure
	order             bool // stamps never went back
	done              func()
}

func (c *counter) Sent(begin, _ time.Duration, _ Sending)   { c.last, c.order = begin, true }
func (c *counter) Headers(at time.Duration, _ int)          { c.stamp(at) }
func (c *counter) Payload([]byte)                           { c.payloads++ }
func (c *counter) Arrived(at, _ time.Duration)              { c.arrived++; c.stamp(at) }
func (c *counter) Active() bool                             { return c.payloads > 0 }
func (c *counter) Done(at time.Duration, f *record.Failure) { c.failure = f; c.stamp(at); c.done() }
func (c *counter) stamp(at time.Duration)                   { c.order, c.last = c.order && at >= c.last, at }

// TestThousandStreams runs them twice over, so that the second round finds the connections of the first. All are in
// flight together: nobody gets a last event before everybody has had a first one.
func TestThousandStreams(t *testing.T) {
	const streams, events = 1000, 20
	var asked, accepted atomic.Int32
	everybody := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	u := listen(t, func(p *peer) {
		accepted.Add(1)
		for {
			if _, ok := p.request(); !ok {
				return
			}
			n := int(asked.Add(1))
			p.say(streamHead, event("first"))
			round := everybody[(n-1)/streams]
			if n%streams == 0 {
				close(round)
			}
			<-round
			for range events - 1 {
				p.say(event("more"))
			}
			p.say(streamEnd)
		}
	})
	before := runtime.NumGoroutine()
	p := newEngine(t, Options{BaseURL: u})
	for round := range 2 {
		var running sync.WaitGroup
		sinks := make([]counter, streams)
		for i := range sinks {
			running.Add(1)
			sinks[i].done = running.Done
			p.Start(t.Context(), &Exchange{Due: p.clock.Now() + 5*ms, Request: request(t, "q"), Sink: &sinks[i]})
		}
		running.Wait()
		for i, s := range sinks {
			if s.failure != nil || s.payloads != events || s.arrived > events || !s.order {
				t.Fatalf("round %d, stream %d: %+v", round, i, s)
			}
		}
	}
	if n := accepted.Load(); n != streams {
		t.Errorf("%d connections for %d streams at a time", n, streams)
	}
	p.Close()
	for end := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; time.Sleep(ms) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines are left, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// TestDue is about the floor of lateness, which load on this machine cannot lower: timers alone are 0.5 ms late at the
// median, and all requests would be late by that.
func TestDue(t *testing.T) {
	var s spinner
	clock := NewClock()
	best := time.Hour
	for range 20 {
		due := clock.Now() + 3*ms
		if !s.until(t.Context(), clock, due) {
			t.Fatal("not waited")
		}
		late := clock.Now() - due
		if late < 0 {
			t.Fatalf("%v early", -late)
		}
		best = min(best, late)
	}
	if best > 200*time.Microsecond && runtime.GOMAXPROCS(0) > 1 {
		t.Errorf("at best %v late", best)
	}
}
