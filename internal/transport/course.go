package transport

import (
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
)

// course is what every engine knows of an exchange under way, whatever moves its bytes: how far the response has come,
// what the sink has heard, when to give up and what went wrong.
type course struct {
	x        *Exchange
	clock    Clock
	timeouts *Timeouts
	resp     *wire.Response // of the connection in use
	look     *look          // the last one at its socket

	sent     time.Duration // first byte of the first sending: timeouts run from here, through a resend
	heard    bool          // a byte of the response has come
	head     bool          // the sink knows of the response's head
	split    wire.Splitter
	sse      wire.SSE // which it mostly is
	emit     func([]byte)
	payloads int           // completed since the socket was last looked at
	progress time.Duration // when the last payload came
	active   bool          // generated content has come
	message  string        // of a response that is no success, or no stream
	body     bool          // its first bytes have come
	over     time.Duration // when the response was complete
	carried  record.TCP    // on the last connection
}

// begin readies the course for a response on the given connection.
func (c *course) begin(resp *wire.Response, l *look) { c.resp, c.look, c.emit = resp, l, c.payload }

// sending is called right before the first byte goes out. It returns the stamp of that.
func (c *course) sending(how Sending) time.Duration {
	begin := c.clock.Now()
	if !how.Resend {
		c.sent = begin
	}
	c.look.ask(begin)
	c.look.restart()
	return begin
}

// stale reports a failure that means no more than that a reused connection had died before any response byte.
func (c *course) stale(failure *record.Failure) bool {
	return failure != nil && failure.Type == record.Reset && !c.heard
}

// take takes what a read brought.
func (c *course) take(p []byte) *record.Failure {
	c.heard = c.heard || len(p) > 0
	if bad := c.feed(p); bad != nil {
		return &record.Failure{Type: record.Malformed, Message: bad.Error()}
	}
	return nil
}

// finish ends a response that is complete: what has waited for its end comes out.
func (c *course) finish() {
	c.over = c.look.at
	c.split.End(c.emit)
}

// done tells the sink the end.
func (c *course) done(failure *record.Failure) {
	at := c.over
	if failure != nil {
		at = c.clock.Now()
	}
	if c.carried != (record.TCP{}) {
		c.x.Sink.Carried(c.carried)
	}
	c.x.Sink.Done(at, failure)
}

// feed cuts it into head and payloads.
func (c *course) feed(p []byte) error {
	r := c.resp
	for len(p) > 0 {
		if r.Complete() {
			r.KeepAlive = false // nobody asked for more: the two sides are out of step
			return nil
		}
		body, rest, err := r.Next(p)
		if err != nil {
			return err
		}
		if !c.head && r.HeadComplete() {
			c.onHead(r.Status)
		}
		if len(body) > 0 {
			c.opening(body)
			err = c.split.Feed(body, c.emit)
		}
		if err != nil {
			return err
		}
		p = rest
	}
	return nil
}

// onHead picks the framing: a response that is no success is no stream.
func (c *course) onHead(status int) {
	c.head = true
	c.x.Sink.Headers(c.look.at, status)
	framing := c.x.Framing
	if !isSuccess(status) {
		framing = dialect.Whole
	}
	switch framing {
	case dialect.SSE:
		c.split = &c.sse
	case dialect.Lines:
		c.split = new(wire.Lines)
	default:
		c.split = new(wire.Whole)
	}
}

// opening looks at how the body begins: an object of JSON or a page is no stream, unless a payload follows.
func (c *course) opening(body []byte) {
	if !c.body && c.split == &c.sse && (body[0] == '{' || body[0] == '<') {
		c.message = dialect.ErrorMessage(body)
	}
	c.body = true
}

func (c *course) payload(p []byte) {
	c.payloads++
	switch {
	case isSuccess(c.resp.Status):
		c.message = ""
	case c.resp.Compressed:
		c.message = "the body is compressed"
	default:
		c.message = dialect.ErrorMessage(p)
	}
	c.x.Sink.Payload(p)
}

// settle ends what one look at the socket brought. When several payloads came is only known within a bound. It reports
// whether that has brought the deadline closer.
func (c *course) settle() bool {
	if c.payloads == 0 {
		return false
	}
	a := Arrival{At: c.look.at, Delay: c.look.delay, Kernel: c.look.kernel}
	if c.payloads > 1 {
		a.Bound = c.look.bound()
	}
	c.payloads, c.progress = 0, a.At
	c.x.Sink.Arrived(a)
	if c.active || !c.x.Sink.Active() {
		return false
	}
	c.active = true
	return true
}

// deadline is when the exchange is to be given up, as things stand, and for what.
func (c *course) deadline() (time.Duration, record.FailureType) {
	t := c.timeouts
	at, kind := c.sent+t.FirstToken, record.TimeoutFirstToken
	switch {
	case c.x.Framing == dialect.Whole: // no token comes before all have
		return c.sent + t.Total, record.TimeoutTotal
	case c.active:
		at, kind = c.progress+t.Idle, record.TimeoutIdle
	}
	if total := c.sent + t.Total; total <= at {
		return total, record.TimeoutTotal
	}
	return at, kind
}

// late is the failure of an exchange whose deadline has passed, nil while it has not.
func (c *course) late() *record.Failure {
	at, kind := c.deadline()
	if c.clock.Now() < at {
		return nil
	}
	return &record.Failure{Type: kind, Message: c.timeouts.message(kind)}
}
