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

// engines are those of this system. All tests here hold for each.
var engines = map[string]func(Options) (Engine, error){
	"portable": func(o Options) (Engine, error) { return NewPortable(o), nil },
}

// onEach runs a test on every engine.
func onEach(t *testing.T, test func(t *testing.T, start starter)) {
	for name, make := range engines {
		t.Run(name, func(t *testing.T) {
			test(t, func(t *testing.T, o Options) Engine {
				t.Helper()
				if o.Clock == (Clock{}) {
					o.Clock = NewClock()
				}
				e, err := make(o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(e.Close)
				return e
			})
		})
	}
}

// starter makes an engine that is closed at the end of the test.
type starter func(t *testing.T, o Options) Engine

// portable is the starter of Portable.
func portable(t *testing.T, o Options) Engine {
	o.Clock = NewClock()
	p := NewPortable(o)
	t.Cleanup(p.Close)
	return p
}

func TestTCPReset(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		check := func(before string, message string) {
			t.Helper()
			e := start(t, Options{BaseURL: listen(t, func(p *peer) {
				p.request()
				p.say(before)
				if before != "" {
					time.Sleep(20 * ms) // else the reset may overtake the bytes
				}
				p.Conn.(*net.TCPConn).SetLinger(0)
			})})
			ask(t, t.Context(), e, 0).checkEnd(t, record.Reset, message)
		}
		check("", "connection reset by peer")
		check(streamHead+event("a"), "connection reset by peer")
	})
}

func TestRefusedByTheSystem(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &url.URL{Scheme: "http", Host: l.Addr().String()}
	l.Close()
	onEach(t, func(t *testing.T, start starter) {
		e := start(t, Options{BaseURL: u})
		message := "dial tcp " + u.Host + ": connect: connection refused"
		ask(t, t.Context(), e, 0).checkEnd(t, record.Connect, message)
		if err := e.Warm(t.Context(), 100); err == nil || err.Error() != "connect: "+message {
			t.Errorf("warmed: %v", err)
		}
	})
}

func TestNames(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		u := listen(t, func(p *peer) { p.request(); p.say(answer(200, "data: a\n\n")) })
		u.Host = "localhost:" + u.Port()
		ask(t, t.Context(), start(t, Options{BaseURL: u}), 0).checkHeard(t, "headers 200", "payload a", "done <nil>")
		u = &url.URL{Scheme: "http", Host: "nobody.invalid"}
		if d := ask(t, t.Context(), start(t, Options{BaseURL: u}), 0); d.failed == nil || d.failed.Type != record.Connect ||
			!strings.HasPrefix(d.failed.Message, "dial tcp: lookup nobody.invalid") {
			t.Errorf("got %v", d.failed)
		}
	})
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

	p := portable(t, Options{BaseURL: u, TLS: &tls.Config{RootCAs: trusted}})
	for i := range 2 {
		d := ask(t, t.Context(), p, 0)
		text := strings.Join(d.lines, "|")
		if d.failed != nil || strings.Count(text, "payload") != events || d.sent[0].NewConnection != (i == 0) {
			t.Errorf("request %d: %v, %v", i, d.sent, d.lines)
		}
	}
	check := func(name string, o Options, kind record.FailureType, message string) {
		t.Helper()
		d := ask(t, t.Context(), portable(t, o), 0)
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
	if d := ask(t, t.Context(), portable(t, Options{BaseURL: u, TLS: &tls.Config{InsecureSkipVerify: true}}), 0); d.failed != nil {
		t.Errorf("unverified: %v", d.failed)
	}
}

// counter is a Sink that counts.
type counter struct {
	payloads, arrived int
	last              time.Duration
	failure           *record.Failure
	order             bool // stamps never went back
	connected         bool // a connection was made
	done              func()
}

func (c *counter) Sent(begin, _ time.Duration, how Sending) {
	c.last, c.order, c.connected = begin, true, how.NewConnection
}
func (c *counter) Left(time.Duration)                       {}
func (c *counter) Headers(at time.Duration, _ int)          { c.stamp(at) }
func (c *counter) Payload([]byte)                           { c.payloads++ }
func (c *counter) Arrived(a Arrival)                        { c.arrived++; c.stamp(a.At) }
func (c *counter) Carried(record.TCP)                       {}
func (c *counter) Active() bool                             { return c.payloads > 0 }
func (c *counter) Done(at time.Duration, f *record.Failure) { c.failure = f; c.stamp(at); c.done() }
func (c *counter) stamp(at time.Duration)                   { c.order, c.last = c.order && at >= c.last, at }

// TestThousandStreams runs them twice over, so that the second round finds the connections of the first. All are in
// flight together: nobody gets a last event before everybody has had a first one.
func TestThousandStreams(t *testing.T) {
	const streams, events = 1000, 20
	onEach(t, func(t *testing.T, start starter) {
		var accepted atomic.Int32
		meet := meeting(streams)
		u := listen(t, func(p *peer) {
			accepted.Add(1)
			for {
				if _, ok := p.request(); !ok {
					return
				}
				p.say(streamHead, event("first"))
				meet()
				for range events - 1 {
					p.say(event("more"))
				}
				p.say(streamEnd)
			}
		})
		before := runtime.NumGoroutine()
		clock := NewClock()
		e := start(t, Options{BaseURL: u, Clock: clock, Loops: 1})
		for round := range 2 {
			for i, s := range crowd(t, e, streams, clock.Now()+5*ms) {
				if s.failure != nil || s.payloads != events || s.arrived > events || !s.order {
					t.Fatalf("round %d, stream %d: %+v", round, i, s)
				}
			}
		}
		if n := accepted.Load(); n != streams {
			t.Errorf("%d connections for %d streams at a time", n, streams)
		}
		e.Close()
		eventually(t, func() (left int) { return runtime.NumGoroutine() - before }, "goroutines are left")
	})
}

// meeting returns a function that returns when n have called it, and then the next n.
func meeting(n int) func() {
	var (
		mu    sync.Mutex
		here  int
		ready = make(chan struct{})
	)
	return func() {
		mu.Lock()
		all := ready
		if here++; here == n {
			here, ready = 0, make(chan struct{})
			close(all)
		}
		mu.Unlock()
		<-all
	}
}

// crowd runs n exchanges at a time to their end.
func crowd(t *testing.T, e Engine, n int, due time.Duration) []counter {
	var running sync.WaitGroup
	sinks := make([]counter, n)
	for i := range sinks {
		running.Add(1)
		sinks[i].done = running.Done
		e.Start(t.Context(), &Exchange{Due: due, Request: request(t, "q"), Sink: &sinks[i]})
	}
	running.Wait()
	return sinks
}

// eventually waits until count is no more than 0.
func eventually(t *testing.T, count func() int, what string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); count() > 0; time.Sleep(ms) {
		if time.Now().After(end) {
			t.Fatalf("%d %s", count(), what)
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
