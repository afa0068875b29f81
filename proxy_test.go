package splleed_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/splleed/splleed"
)

// proxy is one that notes what it is asked for.
type proxy struct {
	*httptest.Server
	relay httputil.ReverseProxy
	mu    sync.Mutex
	asked []string
	met   []string // where its own connections to servers came from
}

func newProxy(t *testing.T) *proxy {
	p := &proxy{relay: httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, FlushInterval: -1}}
	p.relay.Transport = &http.Transport{DisableKeepAlives: true}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.mu.Unlock()
	if r.Method == http.MethodConnect {
		p.lead(w, r.Host)
		return
	}
	p.relay.ServeHTTP(w, r)
}

// lead joins the client to an address.
func (p *proxy) lead(w http.ResponseWriter, address string) {
	server, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.met = append(p.met, server.LocalAddr().String())
	p.mu.Unlock()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, client)
		server.Close()
	}()
	_, _ = io.Copy(client, server)
}

// guests notes where a server's requests came from.
type guests struct {
	mu   sync.Mutex
	from []string
}

func (g *guests) note(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.from = append(g.from, r.RemoteAddr)
		g.mu.Unlock()
		serve(w, r)
	}
}

// count is how many of what the proxy was asked for begin so.
func (p *proxy) count(begin string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, asked := range p.asked {
		if strings.HasPrefix(asked, begin) {
			n++
		}
	}
	return n
}

func proxied(p *proxy, server string) splleed.Benchmark {
	return splleed.Benchmark{
		Backend: splleed.OpenAI{Model: "m", API: "completions", Endpoint: server}, Prompts: []string{"x"}, Runs: 3,
		Sampling: splleed.Sampling{MaxTokens: 1}, Proxy: p.URL, NoFiller: true, Warmup: new(int),
	}
}

// Through a proxy goes all: the questions before the load, the load, and the server's metrics.
func TestProxy(t *testing.T) {
	for _, transport := range transports() {
		var guests guests
		server := httptest.NewServer(guests.note(completion))
		defer server.Close()
		p := newProxy(t)
		b := proxied(p, server.URL)
		b.Transport = transport
		results, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := results.Results[0]
		if l.NumSuccessful != 3 || l.Instrument.Path.Kind != "proxied" || l.Instrument.Transport != transport {
			t.Errorf("%s: %d succeeded; %+v", transport, l.NumSuccessful, l.Instrument.Path)
		}
		if n := p.count("POST " + server.URL + "/v1/completions"); n != 4 { // one before the load
			t.Errorf("%s: the proxy passed %d completions, want 4", transport, n)
		}
		if n := p.count("GET " + server.URL + "/metrics"); n != 1 {
			t.Errorf("%s: the proxy passed %d looks at metrics, want 1", transport, n)
		}
		if n := p.count(""); n != len(guests.from) {
			t.Errorf("%s: the server got %d requests, %d of them through the proxy", transport, len(guests.from), n)
		}
	}
}

// What is secret stays so: the proxy joins the two ends, and no connection comes from elsewhere.
func TestProxyToHTTPS(t *testing.T) {
	var guests guests
	server := httptest.NewTLSServer(guests.note(completion))
	defer server.Close()
	p := newProxy(t)
	b := proxied(p, server.URL)
	b.Insecure = true
	results, err := b.Run(t.Context())
	if err != nil || results.Results[0].NumSuccessful != 3 || results.Results[0].Instrument.Path.Kind != "proxied" {
		t.Fatalf("%+v, %v", results, err)
	}
	if n := p.count("CONNECT " + strings.TrimPrefix(server.URL, "https://")); n == 0 || n != p.count("") {
		t.Errorf("the proxy was asked for %q", p.asked)
	}
	for _, address := range guests.from {
		if !slices.Contains(p.met, address) {
			t.Errorf("a request came from %s, not through the proxy", address)
		}
	}
	b.Transport = "epoll"
	if _, err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "epoll is ") {
		t.Errorf("epoll made a tunnel: %v", err)
	}
}

func TestBadProxy(t *testing.T) {
	for _, bad := range []string{"localhost:3128", "https://localhost", "socks5://h:1", "http://", "http://user:pw@h:1", "http://h/path", "http://h?x=1"} {
		b := splleed.Benchmark{Backend: splleed.Sim{}, Prompts: []string{"x"}, Proxy: bad}
		if err := b.Validate(); err == nil || !strings.Contains(err.Error(), "proxy: must be the URL of an http proxy") || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}
