// Package transport is the wire: it sends prepared HTTP/1.1 requests when they are due and hands what comes back to a
// Sink, with stamps. It knows HTTP and framing, but no API and no metric.
package transport

import (
	"context"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
)

// Clock counts from the run's epoch, monotonically.
type Clock struct{ epoch time.Time }

// NewClock starts a clock at zero, now.
func NewClock() Clock { return Clock{time.Now()} }

// Now is the time since the epoch.
func (c Clock) Now() time.Duration { return time.Since(c.epoch) }

// Epoch is the wall-clock time at which the clock stood at zero.
func (c Clock) Epoch() time.Time { return c.epoch }

// Engine sends exchanges. Start may be called from any goroutine, also from a Sink's Done, and never blocks.
type Engine interface {
	// Start sends x when it is due. Exactly one call of x.Sink.Done ends it, also when ctx ends.
	Start(ctx context.Context, x *Exchange)
	// Warm makes n connections ahead of load.
	Warm(ctx context.Context, n int) error
	// Close drops all connections. Exchanges must have ended.
	Close()
}

// Exchange is one request and its response.
type Exchange struct {
	Due     time.Duration // when to send, on the engine's clock; in the past means now
	Request []byte        // the whole HTTP/1.1 request, head and body
	Framing dialect.Framing
	Sink    Sink
}

// Sink hears what happens to one exchange, in order, from one goroutine at a time.
type Sink interface {
	// Sent: the first byte was handed to the kernel at begin, the last accepted at end. Called again on a resend.
	Sent(begin, end time.Duration, how Sending)
	// Left: the request's last byte left, by the kernel's stamp. Where it was asked for, after Sent; it may come late, or not at all.
	Left(at time.Duration)
	// Headers: status line and headers were complete at the given time.
	Headers(at time.Duration, status int)
	// Payload is one payload of the body (of any status). It may alias the read buffer: don't keep it.
	Payload(p []byte)
	// Arrived ends the payloads that one read completed.
	Arrived(a Arrival)
	// Active reports whether generated content has arrived: it ends the first-token timeout.
	Active() bool
	// Carried: what the kernel counted on the connection meanwhile, right before Done; not called where it does not count.
	Carried(c record.TCP)
	// Done: the response is complete (nil), or failed. Nothing follows.
	Done(at time.Duration, failure *record.Failure)
}

// Arrival says when the payloads that one read completed came in.
type Arrival struct {
	At     time.Duration // stamp of the read's last byte
	Bound  time.Duration // they came in at most this long before At
	Delay  time.Duration // from At until the client looked; 0 where At is the client's own stamp
	Kernel bool          // At is the kernel's stamp
}

// Sending says on which connection a request went out.
type Sending struct {
	NewConnection bool          // made for this request
	Connect       time.Duration // what making it took: look-up, TCP, TLS
	Resend        bool          // a reused connection had died, or refused the stream, before any response byte
}

// Timeouts of one exchange, from Sent on (Connect: from the dial). Zero means the default.
type Timeouts struct {
	Connect    time.Duration
	FirstToken time.Duration
	Idle       time.Duration // silence between tokens
	Total      time.Duration
}

// DefaultTimeouts are long: a queue on a loaded server is a result, not an error.
var DefaultTimeouts = Timeouts{Connect: 10 * time.Second, FirstToken: 300 * time.Second, Idle: 120 * time.Second, Total: 600 * time.Second}

// OrDefault fills every zero with its default.
func (t Timeouts) OrDefault() Timeouts {
	or := func(d, def time.Duration) time.Duration {
		if d == 0 {
			return def
		}
		return d
	}
	return Timeouts{
		Connect:    or(t.Connect, DefaultTimeouts.Connect),
		FirstToken: or(t.FirstToken, DefaultTimeouts.FirstToken),
		Idle:       or(t.Idle, DefaultTimeouts.Idle),
		Total:      or(t.Total, DefaultTimeouts.Total),
	}
}
