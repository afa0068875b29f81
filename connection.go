package splleed

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"

	"github.com/splleed/splleed/internal/invalid"
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
	bad.Check(b.CAFile == "" || !b.Insecure, "insecure", "leaves nothing to ca_file: choose one")
	if b.CAFile != "" {
		_, err := authorities(b.CAFile)
		bad.Check(err == nil, "ca_file", "%v", err)
	}
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

// wireOptions are the transport's for the server at base.
func (r *run) wireOptions(base *url.URL) transport.Options {
	return transport.Options{
		Clock: r.clock, BaseURL: base, Timeouts: r.b.Timeouts.durations(), Fresh: r.b.Connection == PerRequest,
		TLS: r.b.trusted,
	}
}
