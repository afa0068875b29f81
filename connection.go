package splleed

import (
	"net/url"

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
}

// wireOptions are the transport's for the server at base.
func (r *run) wireOptions(base *url.URL) transport.Options {
	return transport.Options{
		Clock: r.clock, BaseURL: base, Timeouts: r.b.Timeouts.durations(), Fresh: r.b.Connection == PerRequest,
	}
}
