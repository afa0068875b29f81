package transport

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/splleed/splleed/internal/record"
)

// flow leads one exchange of a Portable to its end. All of it runs in one goroutine.
type flow struct {
	course
	engine *Portable
	c      *conn
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
	var reused bool
	if f.c, reused = p.idle.take(p.clock.Now()); reused {
		if failure := f.exchange(ctx, Sending{}); !f.stale(failure) {
			return failure
		}
	}
	begin := p.clock.Now()
	var failure *record.Failure
	if f.c, failure = p.connect(ctx); failure != nil {
		return failure
	}
	return f.exchange(ctx, Sending{NewConnection: true, Connect: p.clock.Now() - begin, Resend: reused})
}

// exchange sends the request and reads the response to its end, on f.c, which it gives back or closes.
func (f *flow) exchange(ctx context.Context, how Sending) *record.Failure {
	c := f.c
	c.sock.before = f.looking
	f.begin(&c.resp, &c.sock.look)
	unwatch := context.AfterFunc(ctx, c.abort)
	failure := f.send(how)
	if failure == nil {
		failure = f.receive()
		f.looking()
	}
	f.carried = f.look.carried()
	usable := unwatch() && failure == nil && c.resp.KeepAlive
	failure = f.verdict(ctx, failure)
	if usable {
		c.sock.before, c.used = nil, true
		f.engine.idle.put(c, &c.resp, f.clock.Now())
	} else {
		c.abort()
	}
	return failure
}

// send hands the request to the kernel, in one write.
func (f *flow) send(how Sending) *record.Failure {
	begin := f.sending(how)
	f.arm()
	_, err := f.c.Write(f.x.Request)
	f.x.Sink.Sent(begin, f.clock.Now(), how)
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
		if failure := f.take(buf[:n]); failure != nil {
			return failure
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
	f.finish()
	return nil
}

// looking is told before each look at the socket: all that earlier ones brought has been handled.
func (f *flow) looking() {
	if f.settle() {
		f.arm()
	}
}

// arm sets the socket's deadline. It is not moved with every token, which would cost a timer each: when it fires, late
// tells whether it still holds.
func (f *flow) arm() {
	at, _ := f.deadline()
	_ = f.c.sock.SetDeadline(f.clock.Epoch().Add(at)) // a closed socket says so in the next call
}
