package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
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

// probes is how many connections, and how many questions of each kind, are made at most: never a load. Where they take
// longer than share, two are enough.
const (
	probes = 10
	limit  = 10 * time.Second // for all
)

var share = 2 * time.Second

func enough(n int, begun time.Time) bool {
	return n == probes || n > 1 && time.Since(begun) > share
}

// Follow tries the path to a server. getenv reads the environment, for its proxies: splleed itself uses none.
func Follow(ctx context.Context, target *url.URL, getenv func(string) string) (p Path) {
	p.Proxies = proxies(target, getenv)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	p.connect(ctx, address(target))
	if p.Err == nil {
		p.Fresh, _ = p.ask(ctx, target, true)
	}
	if p.Err == nil {
		p.Pooled, p.Kept = p.ask(ctx, target, false)
	}
	if len(p.Connects) > 0 && errors.Is(p.Err, context.DeadlineExceeded) {
		p.Err = fmt.Errorf("it takes connections, but did not answer four questions within %v", limit)
	}
	return p
}

// proxies are the variables of the environment that name one for a URL; none where it excepts the URL's host.
func proxies(target *url.URL, getenv func(string) string) (names []string) {
	if excepted(target.Hostname(), getenv("NO_PROXY")+","+getenv("no_proxy")) {
		return nil
	}
	for _, name := range []string{strings.ToUpper(target.Scheme) + "_PROXY", target.Scheme + "_proxy", "ALL_PROXY", "all_proxy"} {
		if getenv(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// excepted reports whether a list for NO_PROXY has a host: by name, domain, address or range of addresses.
func excepted(host, list string) bool {
	ip, _ := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if name, _, err := net.SplitHostPort(entry); err == nil {
			entry = name
		}
		domain := strings.TrimPrefix(entry, ".")
		within, err := netip.ParsePrefix(entry)
		if entry == "*" || domain != "" && (host == domain || strings.HasSuffix(host, "."+domain)) || err == nil && within.Contains(ip) {
			return true
		}
	}
	return false
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
	first := time.Now()
	for i := 0; !enough(i, first); i++ {
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
	first := time.Now()
	for i := 0; !enough(i, first); i++ {
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
		check := Check{Name: "target", Verdict: Bad, Found: secret.Text(p.Err.Error())}
		if stranger := new(tls.CertificateVerificationError); errors.As(p.Err, &stranger) {
			return []Check{check.when("this machine does not trust its certificate: splleed run needs --ca-file or --insecure, and the doctor asks nothing of it")}
		}
		return []Check{check.when("is the server up, and is this its address? splleed goes straight there, without proxies")}
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
	trip := p50 // and a look-up of the name
	if p.RTT != nil {
		trip = min(trip, *p.RTT)
		found += fmt.Sprintf("; round trip %s by the kernel", milliseconds(*p.RTT))
	}
	check := Check{
		Name: "round trip", Verdict: judge(trip, 5, 100), Found: found,
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
	asked := len(p.Pooled)
	fresh, pooled := stats.Quantile(stats.Sorted(p.Fresh), 0.5), stats.Quantile(stats.Sorted(p.Pooled), 0.5)
	check := Check{
		Name: "connections", Verdict: OK,
		Found:   fmt.Sprintf("an answer takes %s on a kept one, %s on a new one; %d of %d were kept", milliseconds(pooled), milliseconds(fresh), p.Kept, asked),
		Figures: map[string]any{"fresh_p50_ms": fresh, "pooled_p50_ms": pooled, "kept": p.Kept, "asked": asked},
	}
	if p.Kept < asked {
		check.Verdict = Warn
	}
	return check.when("the server (or something before it) hangs up between requests: connecting is part of what its users feel")
}

func (p Path) protocol() Check {
	return Check{Name: "protocol", Verdict: OK, Found: p.Protocol, Figures: map[string]any{"protocol": p.Protocol}}
}
