package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// onAll runs a test on every engine, on HTTP2 by a bridge to the server of the test.
func onAll(t *testing.T, test func(t *testing.T, start starter)) {
	onEach(t, test)
	t.Run("http2", func(t *testing.T) {
		test(t, func(t *testing.T, o Options) Engine {
			t.Helper()
			o.BaseURL = bridge(t, o.BaseURL)
			return http2(t, o)
		})
	})
}

// http2 is the starter of HTTP2.
func http2(t *testing.T, o Options) *HTTP2 {
	t.Helper()
	if o.Clock == (Clock{}) {
		o.Clock = NewClock()
	}
	h, err := NewHTTP2(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// h2server serves HTTP/2 without TLS until the test ends.
func h2server(t *testing.T, handler http.HandlerFunc, change ...func(*http.Server)) *url.URL {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	for _, f := range change {
		f(s.Config)
	}
	s.Start()
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// bridge is a server of HTTP/2 before one of HTTP/1.1: what that says comes through piece by piece.
func bridge(t *testing.T, to *url.URL) *url.URL {
	return h2server(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := net.Dial("tcp", to.Host)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer c.Close()
		defer context.AfterFunc(r.Context(), func() { c.Close() })()
		if err := r.Write(c); err != nil {
			panic(http.ErrAbortHandler)
		}
		relay(w, bufio.NewReader(c))
	})
}

func relay(w http.ResponseWriter, from *bufio.Reader) {
	res, err := http.ReadResponse(from, nil)
	for err == nil && res.StatusCode < 200 {
		res, err = http.ReadResponse(from, nil)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(res.StatusCode)
	for {
		var buf [4096]byte
		n, err := res.Body.Read(buf[:])
		w.Write(buf[:n])
		w.(http.Flusher).Flush()
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

// tell writes parts of a response, each by itself.
func tell(w http.ResponseWriter, parts ...string) {
	for _, part := range parts {
		io.WriteString(w, part)
		w.(http.Flusher).Flush()
	}
}

// TestHTTP2Shares has more streams in flight than the server allows on a connection, twice over.
func TestHTTP2Shares(t *testing.T) {
	const streams, each = 30, 10
	for _, warm := range []bool{false, true} {
		meet := meeting(streams)
		var made sync.Map
		u := h2server(t, func(w http.ResponseWriter, r *http.Request) {
			made.Store(r.RemoteAddr, true)
			tell(w, "data: first\n\n")
			meet()
			tell(w, "data: second\n\n")
		}, func(s *http.Server) { s.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: each} })
		h := http2(t, Options{BaseURL: u})
		if warm {
			if err := h.Warm(t.Context(), streams); err != nil {
				t.Fatal(err)
			}
		}
		for round := range 2 {
			connected := 0
			for i, s := range crowd(t, h, streams, 0) {
				if s.failure != nil || s.payloads != 2 || !s.order {
					t.Fatalf("round %d, stream %d: %+v", round, i, s)
				}
				if s.connected {
					connected++
				}
			}
			if want := streams / each; !warm && round == 0 && connected != want || (warm || round == 1) && connected != 0 {
				t.Errorf("warm %v, round %d: %d requests made a connection", warm, round, connected)
			}
		}
		n := 0
		made.Range(func(any, any) bool { n++; return true })
		if n != streams/each || h.Connections() != n {
			t.Errorf("warm %v: %d connections, says %d, want %d", warm, n, h.Connections(), streams/each)
		}
	}
}

// TestHTTP2Refuses takes no less amiss than HTTP/1.1 does.
func TestHTTP2Refuses(t *testing.T) {
	check := func(kind record.FailureType, message string, handler http.HandlerFunc) {
		t.Helper()
		ask(t, t.Context(), http2(t, Options{BaseURL: h2server(t, handler)}), 0).checkEnd(t, kind, message)
	}
	check(record.HTTP5xx, "HTTP 503: busy", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(503)
		tell(w, `{"error":"busy"}`)
	})
	check(record.Malformed, `HTTP 307: redirects to "/elsewhere", which is not followed`, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(307)
	})
	check(record.Malformed, `malformed response: content encoding "gzip", asked for none`, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("asked for %q", got)
		}
		w.Header().Set("Content-Encoding", "gzip")
		tell(w, "x")
	})
	long := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", longestHead+longestHead/4))
		tell(w, "data: a\n\n")
	}
	d := ask(t, t.Context(), http2(t, Options{BaseURL: h2server(t, long)}), 0)
	if d.failed == nil || d.failed.Type != record.Malformed || !strings.HasPrefix(d.failed.Message, "HTTP/2: ") {
		t.Errorf("got %v", d.failed)
	}
	check(record.Reset, "the server reset the stream: INTERNAL_ERROR", func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	})
	check(record.Reset, "the server reset the stream: INTERNAL_ERROR", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, "data: a\n\n")
		panic(http.ErrAbortHandler)
	})
}

// hangUp makes a server whose connections can be closed under its handlers.
func hangUp(t *testing.T, handler func(w http.ResponseWriter, no int32, hangUp func())) *url.URL {
	var conns sync.Map
	var no atomic.Int32
	return h2server(t, func(w http.ResponseWriter, r *http.Request) {
		c, _ := conns.Load(r.RemoteAddr)
		handler(w, no.Add(1), func() { c.(*net.TCPConn).CloseWrite(); <-r.Context().Done() })
	}, func(s *http.Server) {
		s.ConnState = func(c net.Conn, state http.ConnState) { conns.Store(c.RemoteAddr().String(), c) }
	})
}

func TestHTTP2HangsUp(t *testing.T) {
	u := hangUp(t, func(w http.ResponseWriter, no int32, hangUp func()) {
		if no == 2 { // on the connection of the first
			hangUp()
			return
		}
		tell(w, "data: a\n\n")
	})
	h := http2(t, Options{BaseURL: u})
	for i, want := range [][]Sending{{{NewConnection: true}}, {{}, {NewConnection: true, Resend: true}}, {{}}} {
		d := ask(t, t.Context(), h, 0)
		d.checkHeard(t, "headers 200", "payload a", "done <nil>")
		if !slices.Equal(d.sent, want) {
			t.Errorf("request %d: sent %+v, want %+v", i, d.sent, want)
		}
	}
	u = hangUp(t, func(w http.ResponseWriter, _ int32, hangUp func()) { hangUp() })
	ask(t, t.Context(), http2(t, Options{BaseURL: u}), 0).checkEnd(t, record.Reset, "connection closed without a response")
	u = hangUp(t, func(w http.ResponseWriter, _ int32, hangUp func()) {
		tell(w, "data: a\n\n")
		time.Sleep(20 * ms) // else the end may overtake the bytes
		hangUp()
	})
	ask(t, t.Context(), http2(t, Options{BaseURL: u}), 0).checkEnd(t, record.Truncated, "connection closed in the middle of the response")
}

func TestHTTP2Fresh(t *testing.T) {
	var from []string
	u := h2server(t, func(w http.ResponseWriter, r *http.Request) {
		from = append(from, r.RemoteAddr)
		tell(w, "data: a\n\n")
	})
	h := http2(t, Options{BaseURL: u, Fresh: true})
	if err := h.Warm(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		d := ask(t, t.Context(), h, 0)
		if !slices.Equal(d.sent, []Sending{{NewConnection: true}}) || d.took <= 0 || d.failed != nil {
			t.Errorf("sent %+v after %v of connecting: %v", d.sent, d.took, d.failed)
		}
	}
	if slices.Sort(from); len(slices.Compact(from)) != 3 || h.Connections() != 0 {
		t.Errorf("requests came from %q; %d connections are left", from, h.Connections())
	}
}

func TestHTTP2OverTLS(t *testing.T) {
	serve := func(h2 bool) (*url.URL, *tls.Config) {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tell(w, "data: "+r.Proto+" "+r.Host+"\n\n")
		}))
		s.EnableHTTP2 = h2
		s.StartTLS()
		t.Cleanup(s.Close)
		u, _ := url.Parse(s.URL)
		trusted := x509.NewCertPool()
		trusted.AddCert(s.Certificate())
		return u, &tls.Config{RootCAs: trusted}
	}
	u, trust := serve(true)
	ask(t, t.Context(), http2(t, Options{BaseURL: u, TLS: trust}), 0).checkHeard(t, "headers 200", "payload HTTP/2.0 test", "done <nil>")
	if d := ask(t, t.Context(), http2(t, Options{BaseURL: u}), 0); d.failed == nil || !strings.Contains(d.failed.Message, "unknown authority") {
		t.Errorf("a server that nobody vouches for: %v", d.failed)
	}
	u, trust = serve(false)
	ask(t, t.Context(), http2(t, Options{BaseURL: u, TLS: trust}), 0).checkEnd(t, record.TLS, noALPN)
}

// TestNotHTTP2 meets servers that speak something else, or nothing.
func TestNotHTTP2(t *testing.T) {
	check := func(kind record.FailureType, message string, serve func(*peer)) {
		t.Helper()
		h := http2(t, Options{BaseURL: listen(t, serve), Timeouts: Timeouts{Connect: 200 * ms}})
		ask(t, t.Context(), h, 0).checkEnd(t, kind, message)
		if err := h.Warm(t.Context(), 1); err == nil || err.Error() != string(kind)+": "+message {
			t.Errorf("warmed: %v", err)
		}
	}
	check(record.Connect, `the server does not speak HTTP/2: it answered "HTTP/1.1 400 Bad Request"`, func(p *peer) {
		p.in.Peek(1)
		p.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
		io.Copy(io.Discard, p.in)
	})
	check(record.Connect, errNotHTTP2.Error(), func(p *peer) { p.in.Discard(p.in.Buffered()) })
	check(record.Connect, `the server does not speak HTTP/2: it answered "hm"`, func(p *peer) { p.in.Peek(1); p.say("hm") })
	check(record.TimeoutConnect, "no connection within 200ms", func(p *peer) { io.Copy(io.Discard, p.in) })
	begun := time.Now() // all wait in one line, and none for long
	silent := listen(t, func(p *peer) { io.Copy(io.Discard, p.in) })
	for i, s := range crowd(t, http2(t, Options{BaseURL: silent, Timeouts: Timeouts{Connect: 200 * ms}}), 100, 0) {
		if s.failure == nil || s.failure.Type != record.TimeoutConnect {
			t.Errorf("request %d: %v", i, s.failure)
		}
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("100 requests to nobody took %v", took)
	}
	greet := func(settings string) func(p *peer) {
		return func(p *peer) {
			p.say(fmt.Sprintf("\x00\x00%c\x04\x00\x00\x00\x00\x00%s", len(settings), settings))
			io.Copy(io.Discard, p.in)
		}
	}
	h := http2(t, Options{BaseURL: listen(t, greet("\x00\x03\x00\x00\x00\x00"))}) // no stream at a time
	if err := h.Warm(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "allows no stream") {
		t.Errorf("warmed: %v", err)
	}
}

// TestHTTP2Bound sends two events at once after a silence: nobody knows since when they were there.
func TestHTTP2Bound(t *testing.T) {
	clock := NewClock()
	u := h2server(t, func(w http.ResponseWriter, _ *http.Request) {
		tell(w, "data: a\n\n")
		time.Sleep(20 * ms)
		tell(w, "data: b\n\ndata: c\n\n", "")
	})
	d := &noted{diary: newDiary()}
	http2(t, Options{Clock: clock, BaseURL: u}).Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
	<-d.done
	if len(d.arrivals) != 2 {
		t.Fatalf("%v", d.lines)
	}
	first, second := d.arrivals[0], d.arrivals[1]
	if first.Kernel || second.Kernel || first.Bound != 0 || second.At-first.At < 19*ms || second.Bound < 0 || second.Bound > second.At-first.At {
		t.Errorf("%+v", d.arrivals)
	}
	if second.Bound < 19*ms { // an event alone would have none
		t.Errorf("two events within %v", second.Bound)
	}
}

// noted is a diary that keeps the arrivals.
type noted struct {
	*diary
	arrivals []Arrival
}

func (d *noted) Arrived(a Arrival) { d.arrivals = append(d.arrivals, a); d.diary.Arrived(a) }

func TestHTTP2Proxies(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	if _, err := NewHTTP2(Options{BaseURL: testURL, Proxy: proxy}); err == nil {
		t.Error("an http proxy was to speak HTTP/2")
	}
	if _, err := NewHTTP2(Options{BaseURL: &url.URL{Scheme: "https", Host: "test"}, Proxy: proxy}); err != nil {
		t.Error(err)
	}
}
