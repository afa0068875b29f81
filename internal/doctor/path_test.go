package doctor

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
)

func follow(t *testing.T, address string, environment map[string]string) Path {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Follow(t.Context(), u, func(name string) string { return environment[name] })
}

// A path on loopback is followed with few questions.
func TestFollow(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	p := follow(t, s.URL, map[string]string{"http_proxy": "http://me:pw@proxy:1"})
	if p.Err != nil || p.Route.Kind != "loopback" || p.Protocol != "HTTP/1.1" || p.Kept != probes-1 {
		t.Errorf("%+v", p)
	}
	if n := asked.Load(); n != 2*probes {
		t.Errorf("%d questions, want %d", n, 2*probes)
	}
	verdicts(t, Way(p)[1:], "round trip: "+string(p.roundTrip().Verdict)+": connecting takes", "proxies: warn: http_proxy set",
		"connections: ok: 9 of 9 were kept", "protocol: ok: HTTP/1.1")
}

// A server that hangs up after each answer.
func TestFollowToAServerThatHangsUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }))
	defer s.Close()
	p := follow(t, s.URL, nil)
	verdicts(t, []Check{p.connections(), p.proxies()}, "connections: warn: 0 of 9 were kept", "proxies: ok: none is set")
}

func TestFollowToNobody(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	verdicts(t, Way(follow(t, s.URL, nil)), "target: bad: refused")
	verdicts(t, Way(Path{Err: errors.New("proxy http://me:pw@proxy:1 is gone")}), "target: bad: http://***@proxy:1")
}

func TestInterface(t *testing.T) {
	verdicts(t, Interface{}.checks(), "nic: unknown: tells nothing")
	verdicts(t, Interface{CoalesceUs: ptr[uint32](8), AdaptiveCoalesce: ptr(false), GRO: ptr(true), LRO: ptr(false), TSO: ptr(true)}.checks(),
		"nic coalescing: ok: up to 8 µs", "nic offloads: ok: on: GRO, TSO")
	verdicts(t, Interface{CoalesceUs: ptr[uint32](100), AdaptiveCoalesce: ptr(true), LRO: ptr(true)}.checks(),
		"nic coalescing: warn: up to 100 µs before it interrupts, adaptively", "nic offloads: warn: on: LRO")
	verdicts(t, Interface{LRO: ptr(false)}.checks(), "nic coalescing: unknown: not told", "nic offloads: ok: none is on")
}
