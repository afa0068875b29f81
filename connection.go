package splleed

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/splleed/splleed/internal/instrument"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/transport"
)

// Values of Benchmark.Connection.
const (
	Reuse      = "reuse"       // connections are made ahead and kept alive
	PerRequest = "per-request" // every request makes one; the metric "connect" says what that takes
)

func (b Benchmark) checkConnection(bad *invalid.Fields) {
	ok := b.Connection == "" || b.Connection == Reuse || b.Connection == PerRequest
	bad.Check(ok, "connection", "is %q: want reuse or per-request", b.Connection)
	bad.Check(!b.HTTP2 || b.Transport != "epoll", "http2", "is not spoken by epoll, whose stamps belong to connections, which its streams share: leave transport out")
	bad.Check(b.CAFile == "" || !b.Insecure, "insecure", "leaves nothing to ca_file: choose one")
	if b.CAFile != "" {
		_, err := authorities(b.CAFile)
		bad.Check(err == nil, "ca_file", "%v", err)
	}
	bad.Check(!b.TransmitStamps || !b.HTTP2 && b.Transport != "portable", "transmit_stamps", "are given to epoll alone, over HTTP/1.1: Go's runtime takes them for errors of a socket")
	b.checkSources(bad)
	bad.Check(b.Proxy == "" || isProxyURL(b.Proxy), "proxy", `must be the URL of an http proxy, without a user name, such as "http://localhost:3128"`)
}

// isProxyURL refuses a user name: the configuration is kept in results.
func isProxyURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "http" && u.Hostname() != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// proxy is nil for none.
func (b Benchmark) proxy() *url.URL {
	if b.Proxy == "" {
		return nil
	}
	u, _ := url.Parse(b.Proxy) // checked
	return u
}

// pathTo is the way to the server. Of one behind a proxy only the way to the proxy is known.
func (b Benchmark) pathTo(base *url.URL) result.Path {
	proxy := b.proxy()
	if proxy == nil {
		return instrument.PathTo(base)
	}
	path := instrument.PathTo(proxy)
	path.Kind = "proxied"
	return path
}

// authorities are the certificates in a PEM file.
func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return pool, nil
}

// trust says who is taken for the server: nil leaves that to the system's authorities.
func (b Benchmark) trust() (*tls.Config, error) {
	switch {
	case b.Insecure:
		return &tls.Config{InsecureSkipVerify: true}, nil
	case b.CAFile != "":
		pool, err := authorities(b.CAFile)
		return &tls.Config{RootCAs: pool}, err
	}
	return nil, nil
}

// wireKind is the engine that requests go by.
func (b Benchmark) wireKind() string {
	if b.HTTP2 {
		return "http2"
	}
	return b.Transport
}

// wireOptions are the transport's for the server at base.
func (r *run) wireOptions(base *url.URL) transport.Options {
	return transport.Options{
		Clock: r.clock, BaseURL: base, Timeouts: r.b.Timeouts.durations(), Fresh: r.b.Connection == PerRequest,
		TLS: r.b.trusted, Proxy: r.b.proxy(), Sources: r.b.sources(), TransmitStamps: r.b.TransmitStamps,
	}
}
