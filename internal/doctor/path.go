package doctor

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/secret"
	"github.com/splleed/splleed/internal/stats"
)

// Path is what was found on the way to a server.
type Path struct {
	Route    Route
	Connects []float64 // ms to connect
	RTT      *float64  // ms, the kernel's own estimate; nil where it does not tell
	Fresh    []float64 // ms to answer a small question on a new connection, connecting included
	Pooled   []float64 // ms, on a kept one
	Kept     int       // of the pooled questions, those on a connection that had been used before
	Protocol string    // "HTTP/1.1"
	Proxies  []string  // variables of the environment that name one for such a URL
	Err      error     // why there is no more
}

// probes is how many connections, and how many questions of each kind, are made at most: never a load.
const probes = 10

// Follow tries the path to a server. getenv reads the environment, for its proxies: splleed itself uses none.
func Follow(ctx context.Context, target *url.URL, getenv func(string) string) (p Path) {
	for _, name := range []string{strings.ToUpper(target.Scheme) + "_PROXY", target.Scheme + "_proxy", "ALL_PROXY", "all_proxy"} {
		if getenv(name) != "" {
			p.Proxies = append(p.Proxies, name)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	p.connect(ctx, address(target))
	if p.Err == nil {
		p.Fresh, _ = p.ask(ctx, target, true)
	}
	if p.Err == nil {
		p.Pooled, p.Kept = p.ask(ctx, target, false)
	}
	return p
}

// address is where a URL connects to.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// connect makes connections, one after the other, and closes them.
func (p *Path) connect(ctx context.Context, to string) {
	for range probes {
		begun := time.Now()
		c, err := new(net.Dialer).DialContext(ctx, "tcp", to)
		if err != nil {
			p.Err = err
			return
		}
		p.Connects = append(p.Connects, since(begun))
		p.Route, p.RTT = routeOf(c), rtt(c)
		c.Close()
	}
}

func since(t time.Time) float64 { return float64(time.Since(t)) / 1e6 }

// ask puts the same small question some times.
func (p *Path) ask(ctx context.Context, target *url.URL, fresh bool) (took []float64, kept int) {
	transport := &http.Transport{DisableKeepAlives: fresh, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if i.Reused {
			kept++
		}
	}})
	question := strings.TrimSuffix(strings.TrimRight(target.String(), "/"), "/v1") + "/v1/models"
	for i := range probes {
		begun := time.Now()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, question, nil)
		if err != nil {
			p.Err = err
			return took, kept
		}
		res, err := transport.RoundTrip(req)
		if err != nil {
			p.Err = err
			return took, kept
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
		res.Body.Close()
		p.Protocol = res.Proto
		if fresh || i > 0 { // the first pooled one makes the connection
			took = append(took, since(begun))
		}
	}
	return took, kept
}

// Way judges a path.
func Way(p Path) []Check {
	if p.Err != nil {
		why := secret.Text(p.Err.Error())
		return []Check{{Name: "target", Verdict: Bad, Found: why, Advice: "is the server up, and is this its address? splleed goes straight there, without proxies"}}
	}
	checks := []Check{p.route(), p.roundTrip(), p.proxies(), p.connections(), p.protocol()}
	if p.Route.Kind == "loopback" {
		return checks
	}
	return append(checks, p.Route.Interface.checks()...)
}

func (p Path) route() Check {
	check := Check{Name: "route", Verdict: OK, Found: p.Route.String(), Figures: map[string]any{"kind": p.Route.Kind, "interface": p.Route.Name}}
	if p.Route.Kind == "" {
		return unknown("route", "the system does not tell")
	}
	return check
}

func (p Path) roundTrip() Check {
	sorted := stats.Sorted(p.Connects)
	p50, p99 := stats.Quantile(sorted, 0.5), stats.Quantile(sorted, 0.99)
	found := fmt.Sprintf("connecting takes %s (p50), %s (p99 of %d)", milliseconds(p50), milliseconds(p99), len(sorted))
	if p.RTT != nil {
		found += fmt.Sprintf("; round trip %s by the kernel", milliseconds(*p.RTT))
	}
	check := Check{
		Name: "round trip", Verdict: judge(p50, 5, 100), Found: found,
		Figures: map[string]any{"connect_p50_ms": p50, "connect_p99_ms": p99, "rtt_ms": p.RTT, "connections": len(sorted)},
	}
	return check.when("a round trip is in every TTFT: measure from nearer to the server, or subtract with care")
}

func (p Path) proxies() Check {
	check := Check{Name: "proxies", Verdict: OK, Found: "none is set", Figures: map[string]any{"variables": append([]string{}, p.Proxies...)}}
	if len(p.Proxies) > 0 {
		check.Verdict, check.Found = Warn, strings.Join(p.Proxies, ", ")+" set; splleed does not use it"
	}
	return check.when("other clients go through it: their times and splleed's are those of different paths")
}

func (p Path) connections() Check {
	fresh, pooled := stats.Quantile(stats.Sorted(p.Fresh), 0.5), stats.Quantile(stats.Sorted(p.Pooled), 0.5)
	check := Check{
		Name: "connections", Verdict: OK,
		Found:   fmt.Sprintf("an answer takes %s on a kept one, %s on a new one; %d of %d were kept", milliseconds(pooled), milliseconds(fresh), p.Kept, probes-1),
		Figures: map[string]any{"fresh_p50_ms": fresh, "pooled_p50_ms": pooled, "kept": p.Kept, "asked": probes - 1},
	}
	if p.Kept < probes-1 {
		check.Verdict = Warn
	}
	return check.when("the server (or something before it) hangs up between requests: connecting is part of what its users feel")
}

func (p Path) protocol() Check {
	return Check{Name: "protocol", Verdict: OK, Found: p.Protocol, Figures: map[string]any{"protocol": p.Protocol}}
}
