package transport

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/splleed/splleed/internal/record"
)

// HTTP2 is the engine for HTTP/2: over TLS where the server agrees to it, else from the first byte on. A goroutine a
// stream, over net/http.
//
// Streams share connections, each as many as the server allows; the first one that has room is taken, and another made
// where none has. What comes in is for all of them together, so stamps are the client's own: when it had read the frames
// that a stream's bytes came in.
type HTTP2 struct {
	connector
	scheme, address string
	fresh           bool
	spinning        spinner
	connecting      chan struct{} // holds a token while somebody makes a connection

	mu       sync.Mutex
	sessions []*session
	closed   bool
}

// NewHTTP2 returns an engine for one server. It makes no connection yet.
func NewHTTP2(o Options) (*HTTP2, error) {
	if o.Proxy != nil && o.BaseURL.Scheme != "https" {
		return nil, errors.New("HTTP/2 passes through an http proxy on the way to an https server only")
	}
	return &HTTP2{
		connector: newConnector(o, protocolHTTP2), fresh: o.Fresh, connecting: make(chan struct{}, 1),
		scheme: o.BaseURL.Scheme, address: hostPort(o.BaseURL),
	}, nil
}

// Start is Engine's.
func (h *HTTP2) Start(ctx context.Context, x *Exchange) {
	go func() {
		f := &h2flow{course: course{x: x, clock: h.clock, timeouts: &h.timeouts}, engine: h}
		f.done(f.run(ctx))
	}()
}

// Warm makes connections until n streams have room. Where every request has a connection of its own there is nothing to
// make ahead. The error is a *record.Failure.
func (h *HTTP2) Warm(ctx context.Context, n int) error {
	if h.fresh {
		return nil
	}
	for h.room() < n {
		limited, cancel := context.WithTimeout(ctx, h.timeouts.Connect)
		s, failure := h.open(ctx, limited)
		cancel()
		if failure != nil {
			return failure
		}
		if s.Available() == 0 {
			s.abort()
			return &record.Failure{Type: record.Connect, Message: "the server allows no stream on a connection"}
		}
		h.keep(s)
	}
	return nil
}

// Connections is how many there are, which streams share.
func (h *HTTP2) Connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	return len(h.sessions)
}

// Close is Engine's.
func (h *HTTP2) Close() {
	h.mu.Lock()
	all := h.sessions
	h.sessions, h.closed = nil, true
	h.mu.Unlock()
	for _, s := range all {
		s.abort()
	}
}

// take returns a connection with room for one more stream, and whether it was made for it.
func (h *HTTP2) take(ctx context.Context) (s *session, how Sending, failure *record.Failure) {
	limited, cancel := context.WithTimeout(ctx, h.timeouts.Connect) // waiting in line is part of it
	defer cancel()
	if !h.fresh {
		if s := h.reserve(); s != nil {
			return s, how, nil
		}
		select { // one at a time: the next in line may find room on what the first has made
		case h.connecting <- struct{}{}:
			defer func() { <-h.connecting }()
		case <-limited.Done():
			return nil, how, h.unconnected(ctx, limited, record.Connect, limited.Err())
		}
		if s := h.reserve(); s != nil {
			return s, how, nil
		}
	}
	begin := h.clock.Now()
	if s, failure = h.open(ctx, limited); failure != nil {
		return nil, how, failure
	}
	how.NewConnection, how.Connect = true, h.clock.Now()-begin
	_ = s.Reserve() // nobody else knows it yet; a server that allows no stream keeps this one waiting
	if !h.fresh {
		h.keep(s)
	}
	return s, how, nil
}

// reserve returns a connection with room, which is reserved; nil where none has any.
func (h *HTTP2) reserve() *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	for _, s := range h.sessions {
		if s.Reserve() == nil {
			return s
		}
	}
	return nil
}

// room is for how many more streams.
func (h *HTTP2) room() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	for _, s := range h.sessions {
		n += s.Available()
	}
	return n
}

func (h *HTTP2) keep(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		s.abort()
		return
	}
	h.sessions = append(h.sessions, s)
}

// forget drops the connections that have ended. It is called under mu.
func (h *HTTP2) forget() {
	h.sessions = slices.DeleteFunc(h.sessions, func(s *session) bool { return s.Err() != nil })
}
