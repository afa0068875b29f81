package transport

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
)

// flow is the course of one exchange. All of it runs in one goroutine.
type flow struct {
	engine *Portable
	x      *Exchange

	c        *conn
	sent     time.Duration // first byte of the first sending: timeouts run from here, through a resend
	heard    bool          // a byte of the response has come
	head     bool          // the sink knows of the response's head
	split    wire.Splitter
	emit     func([]byte)
	payloads int           // completed since the socket was last looked at
	progress time.Duration // when the last payload came
	active   bool          // generated content has come
	message  string        // of a response that is no success
	over     time.Duration // when the response was complete
}

// readSize is the size of a read buffer in bytes: enough for all that piles up on a stream between two looks.
const readSize = 16 << 10

var buffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// run sends the request when it is due, on an idle connection if there is one. Should that have died meanwhile, without
// a byte of response, the request goes out once more, on a new one.
func (f *flow) run(ctx context.Context) *record.Failure {
	p := f.engine
	if !p.spinning.until(ctx, p.clock, f.x.Due) {
		return cancelled(ctx)
	}
	if f.c = p.idle.take(p.clock.Now()); f.c != nil {
		failure := f.exchange(ctx, Sending{})
		if stale := failure != nil && failure.Type == record.Reset && !f.heard; !stale {
			return failure
		}
	}
	how := Sending{NewConnection: true, Resend: f.c != nil}
	var failure *record.Failure
	if f.c, failure = p.connect(ctx); failure != nil {
		return failure
	}
	return f.exchange(ctx, how)
}

// ended is the stamp of Done.
func (f *flow) ended(failure *record.Failure) time.Duration {
	if failure == nil {
		return f.over
	}
	return f.engine.clock.Now()
}

// exchange sends the request and reads the response to its end, on f.c, which it gives back or closes.
func (f *flow) exchange(ctx context.Context, how Sending) *record.Failure {
	c := f.c
	c.sock.look, f.emit = f.settle, f.payload
	unwatch := context.AfterFunc(ctx, c.abort)
	failure := f.send(how)
	if failure == nil {
		failure = f.receive()
		f.settle()
	}
	usable := unwatch() && failure == nil && c.resp.KeepAlive
	failure = f.verdict(ctx, failure)
	if usable {
		f.engine.idle.put(c, f.engine.clock.Now())
	} else {
		c.abort()
	}
	return failure
}

// send hands the request to the kernel, in one write.
func (f *flow) send(how Sending) *record.Failure {
	begin := f.engine.clock.Now()
	if !how.Resend {
		f.sent = begin
	}
	f.c.sock.drained = begin // nothing can have come before the question
	f.arm()
	_, err := f.c.Write(f.x.Request)
	f.x.Sink.Sent(begin, f.engine.clock.Now(), how)
	if failure := f.late(); err != nil && failure != nil {
		return failure
	}
	return f.broken(err)
}

// receive reads until the response is complete.
func (f *flow) receive() *record.Failure {
	buf := buffers.Get().(*[readSize]byte)
	defer buffers.Put(buf)
	for !f.c.resp.Complete() {
		n, err := f.c.Read(buf[:])
		f.heard = f.heard || n > 0
		if bad := f.feed(buf[:n]); bad != nil {
			return &record.Failure{Type: record.Malformed, Message: bad.Error()}
		}
		switch {
		case err == nil || f.c.resp.Complete():
		case errors.Is(err, os.ErrDeadlineExceeded):
			if failure := f.late(); failure != nil {
				return failure
			}
			f.arm()
		case !errors.Is(err, io.EOF) || f.c.resp.EOF() != nil:
			return f.broken(err)
		}
	}
	f.over = f.c.sock.at
	f.split.End(f.emit)
	return nil
}

// feed takes what a read brought.
func (f *flow) feed(p []byte) error {
	r := &f.c.resp
	for len(p) > 0 {
		if r.Complete() {
			r.KeepAlive = false // nobody asked for more: the two sides are out of step
			return nil
		}
		body, rest, err := r.Next(p)
		if err != nil {
			return err
		}
		if !f.head && r.HeadComplete() {
			f.onHead(r.Status)
		}
		if len(body) > 0 {
			err = f.split.Feed(body, f.emit)
		}
		if err != nil {
			return err
		}
		p = rest
	}
	return nil
}

// onHead picks the framing: a response that is no success is no stream.
func (f *flow) onHead(status int) {
	f.head = true
	f.x.Sink.Headers(f.c.sock.at, status)
	framing := f.x.Framing
	if !isSuccess(status) {
		framing = dialect.Whole
	}
	switch framing {
	case dialect.SSE:
		f.split = new(wire.SSE)
	case dialect.Lines:
		f.split = new(wire.Lines)
	default:
		f.split = new(wire.Whole)
	}
}

func (f *flow) payload(p []byte) {
	f.payloads++
	if !isSuccess(f.c.resp.Status) {
		f.message = dialect.ErrorMessage(p)
	}
	f.x.Sink.Payload(p)
}

// settle ends what one look at the socket brought. Of several payloads nobody knows when all but the last came.
func (f *flow) settle() {
	if f.payloads == 0 {
		return
	}
	sock, bound := f.c.sock, time.Duration(0)
	if f.payloads > 1 {
		bound = sock.at - sock.empty
	}
	f.payloads, f.progress = 0, sock.at
	f.x.Sink.Arrived(sock.at, bound)
	if !f.active && f.x.Sink.Active() {
		f.active = true
		f.arm()
	}
}

// deadline is when the exchange is to be given up, as things stand, and for what.
func (f *flow) deadline() (time.Duration, record.FailureType) {
	t := f.engine.timeouts
	at, kind := f.sent+t.FirstToken, record.TimeoutFirstToken
	if f.active {
		at, kind = f.progress+t.Idle, record.TimeoutIdle
	}
	if total := f.sent + t.Total; total <= at {
		return total, record.TimeoutTotal
	}
	return at, kind
}

// arm sets the socket's deadline. It is not moved with every token, which would cost a timer each: when it fires, late
// tells whether it still holds.
func (f *flow) arm() {
	at, _ := f.deadline()
	_ = f.c.sock.SetDeadline(f.engine.clock.Epoch().Add(at)) // a closed socket says so in the next call
}

// late is the failure of an exchange whose deadline has passed, nil while it has not.
func (f *flow) late() *record.Failure {
	at, kind := f.deadline()
	if f.engine.clock.Now() < at {
		return nil
	}
	return &record.Failure{Type: kind, Message: f.engine.timeouts.message(kind)}
}
