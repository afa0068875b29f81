package transport

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"sync"

	"github.com/splleed/splleed/internal/record"
)

// Options configure an engine.
type Options struct {
	Clock    Clock
	BaseURL  *url.URL                                    // scheme and host of the server; its path means nothing here
	Proxy    *url.URL                                    // http; nil connects to the server itself. Requests of plain http must name it: wire.Request.Relay
	Dial     func(ctx context.Context) (net.Conn, error) // default: TCP to the proxy, or the server
	TLS      *tls.Config                                 // for https; nil verifies against the system's authorities
	Sources  []netip.Addr                                // local addresses to connect from, in turn; none leaves it to the system
	Timeouts Timeouts
	Fresh    bool // a new connection for every request: none is kept, none made ahead
	Loops    int  // threads of an Epoll; 0 means one less than there are cores, at least 1 and at most 4

	TransmitStamps bool // Sink.Left is told when requests left; Epoll alone can
}

// peer is whom connections are made to.
func (o Options) peer() *url.URL {
	if o.Proxy != nil {
		return o.Proxy
	}
	return o.BaseURL
}

// Portable is the engine for every system, and for TLS: a goroutine a stream. Stamps are the kernel's on Linux, also below
// TLS; elsewhere they are taken right after each read.
//
// It keeps connections alive and uses the latest one first. One that has idled for 3 s, or for nearly as long as the
// server allows, is given up, before the server does so while a request is on its way.
type Portable struct {
	connector
	idle     pool[*conn]
	fresh    bool
	spinning spinner
}

// NewPortable returns an engine for one server. It makes no connection yet.
func NewPortable(o Options) *Portable {
	p := &Portable{connector: newConnector(o, "http/1.1"), fresh: o.Fresh}
	p.stamps = newStamps(o.Clock)
	if o.Fresh {
		p.idle.close()
	}
	return p
}

// Start is Engine's.
func (p *Portable) Start(ctx context.Context, x *Exchange) {
	go func() {
		f := &flow{course: course{x: x, clock: p.clock, timeouts: &p.timeouts}, engine: p}
		f.done(f.run(ctx))
	}()
}

// Warm makes n connections ahead of load, which should follow within seconds. It returns when all are made or the first has
// failed: the error is a *record.Failure. Where every request has a connection of its own there is nothing to make ahead.
func (p *Portable) Warm(ctx context.Context, n int) error {
	if p.fresh {
		return nil
	}
	return warm(ctx, n, func(ctx context.Context, _ int) *record.Failure {
		c, failure := p.connect(ctx)
		if failure == nil {
			p.idle.putUnused(c, p.clock.Now())
		}
		return failure
	})
}

// warm calls connect for each of n connections, some at once, until all are made or one has failed.
func warm(ctx context.Context, n int, connect func(ctx context.Context, i int) *record.Failure) error {
	const atOnce = 64 // a listener's queue holds at least 128
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		all   sync.WaitGroup
		once  sync.Once
		first error
		slots = make(chan struct{}, atOnce)
	)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if failure := connect(ctx, i); failure != nil {
				once.Do(func() { first = failure; stop() })
			}
		})
	}
	all.Wait()
	return first
}

// Close is Engine's.
func (p *Portable) Close() {
	p.idle.close()
	if p.stamps != nil {
		p.stamps.close()
	}
}

// ClockSteps is like Epoll's.
func (p *Portable) ClockSteps() int {
	if p.stamps == nil {
		return 0
	}
	return p.stamps.steps()
}
