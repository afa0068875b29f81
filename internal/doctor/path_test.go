package doctor

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
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

// A name that takes long to look up is in the time to connect, and in no TTFT.
func TestRoundTrip(t *testing.T) {
	slow := []float64{20, 20, 20}
	verdicts(t, []Check{Path{Connects: slow, RTT: ptr(0.2)}.roundTrip(), Path{Connects: slow, RTT: ptr(19.0)}.roundTrip(), Path{Connects: slow}.roundTrip()},
		"round trip: ok: round trip 0.200 ms", "round trip: warn: round trip 19.000 ms", "round trip: warn: connecting takes 20.000 ms")
}

func TestFollowToNobody(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	verdicts(t, Way(follow(t, s.URL, nil)), "target: bad: refused")
	verdicts(t, Way(Path{Err: errors.New("proxy http://me:pw@proxy:1 is gone")}), "target: bad: http://***@proxy:1")
}

// A server that answers slowly is asked less often, and is there.
func TestFollowToASlowServer(t *testing.T) {
	defer func(usual time.Duration) { share = usual }(share)
	share = 10 * time.Millisecond
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(share) }))
	defer s.Close()
	p := follow(t, s.URL, nil)
	verdicts(t, Way(p)[3:4], "connections: ok: 1 of 1 were kept")
}

func TestFollowToAStranger(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	checks := Way(follow(t, s.URL, nil))
	verdicts(t, checks, "target: bad: certificate")
	if !strings.Contains(checks[0].Advice, "--ca-file") {
		t.Error(checks[0].Advice)
	}
}

// Proxies are none where the environment excepts the host.
func TestExceptedFromProxies(t *testing.T) {
	check := func(list string, want bool) {
		t.Helper()
		for _, host := range []string{"10.1.2.3:8000", "gpu.example.org:8000"} {
			u := &url.URL{Scheme: "http", Host: host}
			got := proxies(u, func(name string) string { return map[string]string{"HTTP_PROXY": "http://p:1", "no_proxy": list}[name] })
			if (len(got) == 0) != want {
				t.Errorf("no_proxy=%q, %s: %q", list, host, got)
			}
		}
	}
	check("", false)
	check("localhost,127.0.0.1", false)
	check("ample.org,10.1.2", false)
	check("*", true)
	check("localhost, 10.1.2.3, gpu.example.org", true)
	check("10.0.0.0/8,.example.org", true)
	check("10.1.2.3:8000,example.org", true)
}

func TestInterface(t *testing.T) {
	verdicts(t, Interface{}.checks(), "nic: unknown: tells nothing")
	verdicts(t, Interface{CoalesceUs: ptr[uint32](8), AdaptiveCoalesce: ptr(false), GRO: ptr(true), LRO: ptr(false), TSO: ptr(true)}.checks(),
		"nic coalescing: ok: up to 8 µs", "nic offloads: ok: on: GRO, TSO")
	verdicts(t, Interface{CoalesceUs: ptr[uint32](100), AdaptiveCoalesce: ptr(true), LRO: ptr(true)}.checks(),
		"nic coalescing: warn: up to 100 µs before it interrupts, adaptively", "nic offloads: warn: on: LRO")
	verdicts(t, Interface{LRO: ptr(false)}.checks(), "nic coalescing: unknown: not told", "nic offloads: ok: none is on")
}
