package transport

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// What a proxy may do instead of leading to the server. The time for connecting holds for the tunnel, too.
func TestTunnelThatDoesNotComeAbout(t *testing.T) {
	check := func(at time.Duration, kind record.FailureType, message string, serve func(*peer)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(_ int, p *peer) {
				if r, err := http.ReadRequest(p.in); err != nil || r.Method != "CONNECT" || r.RequestURI != "test:443" || r.Host != "test:443" {
					t.Errorf("got %+v, %v", r, err)
				}
				serve(p)
			}}
			e := NewPortable(Options{Clock: NewClock(), BaseURL: &url.URL{Scheme: "https", Host: "test"}, Proxy: testURL, Dial: s.dial})
			ask(t, t.Context(), e, time.Second).checkFailure(t, at, kind, message)
			e.Close()
			s.peers.Wait()
		})
	}
	check(time.Second, record.Connect, "the proxy answered HTTP 403 to CONNECT test:443", func(p *peer) { p.say(answer(403, "no")) })
	check(time.Second, record.Connect, "the proxy closed the connection without an answer", func(*peer) {})
	check(time.Second, record.Connect, `the proxy: malformed HTTP response "SSH-2.0-x"`, func(p *peer) { p.say("SSH-2.0-x\r\n") })
	check(time.Second, record.Connect, "the proxy spoke before the server was asked", func(p *peer) { p.say("HTTP/1.1 200 x\r\n\r\nwell") })
	check(11*time.Second, record.TimeoutConnect, "no connection within 10s", func(*peer) { time.Sleep(time.Minute) })
}
