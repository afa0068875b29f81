package transport

import (
	"context"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/prefetch"
	"github.com/splleed/splleed/internal/record"
)

// job leads one exchange of an Epoll to its end. All of it runs on its loop.
type job struct {
	course
	timer
	loop *loop
	ctx  context.Context

	sink   prefetch.Chain // nil where it has nothing to fetch
	how    Sending
	dial   *dial         // while it connects
	link   *link         // while it sends and receives
	began  time.Duration // when the first byte went out
	rest   []byte        // of the request: not accepted by the kernel yet
	unsent bool          // the sink has not heard of the sending
	ended  bool
	watch  *watch // over ctx
	giveUp func() // expired, as the timer calls it
}

// start waits until the exchange is due.
func (j *job) start() {
	j.loop.watch(j)
	if j.ctx.Err() == nil && j.x.Due > j.clock.Now() {
		j.loop.timers.set(&j.timer, j.x.Due, j.begin)
		return
	}
	j.begin()
}

// begin sends the request on an idle connection if there is one.
func (j *job) begin() {
	if j.ctx.Err() != nil {
		j.end(cancelled(j.ctx))
		return
	}
	if c, ok := j.loop.idle.take(j.clock.Now()); ok {
		j.send(c, Sending{})
		return
	}
	j.connect(Sending{NewConnection: true})
}

// connect sends the request on a new connection.
func (j *job) connect(how Sending) {
	begin := j.clock.Now()
	j.dial = &dial{then: func(c *link, failure *record.Failure) {
		j.dial = nil
		how.Connect = j.clock.Now() - begin
		if failure != nil {
			j.end(failure)
			return
		}
		j.send(c, how)
	}}
	j.loop.dial(j.dial)
}

// send hands the request to the kernel, in one write if it takes it.
func (j *job) send(c *link, how Sending) {
	c.job, j.link = j, c
	j.course.begin(&c.resp, &c.look)
	j.how, j.rest, j.unsent = how, j.x.Request, true
	j.giveUp = j.expired
	if j.loop.transmits {
		c.transmit.begin(c.fd)
	}
	j.began = j.sending(how)
	j.arm()
	j.write()
}

// write goes on with the request, now that the kernel takes more.
func (j *job) write() {
	for len(j.rest) > 0 {
		n, err := unix.Write(j.link.fd, j.rest)
		switch err {
		case nil:
			j.rest = j.rest[n:]
			j.link.transmit.wrote(n)
		case unix.EINTR:
		case unix.EAGAIN:
			j.link.await(outgoing)
			return
		default:
			j.conclude(j.broken(err))
			return
		}
	}
	j.sent()
	if j.link.transmit.awaited {
		j.link.departed() // as a rule it has
	}
	j.link.await(incoming)
}

// sent tells the sink of the sending, once.
func (j *job) sent() {
	if j.unsent {
		j.unsent = false
		j.x.Sink.Sent(j.began, j.clock.Now(), j.how)
	}
}

// read takes what has come.
func (j *job) read() {
	c := j.link
	p, errno := c.receive()
	if errno == unix.EAGAIN {
		return
	}
	failure := j.take(p)
	switch {
	case failure != nil:
	case errno != 0:
		failure = j.broken(errno)
	case len(p) == 0 && c.resp.EOF() != nil:
		failure = j.broken(io.EOF)
	case !c.resp.Complete():
		j.loop.pace.count(j.payloads, c.kernel)
		if j.settle() {
			j.arm()
		}
		c.resume()
		return
	default:
		j.finish()
	}
	j.conclude(failure)
}

// arm sets the timer to when the exchange is to be given up, as things stand.
func (j *job) arm() {
	at, _ := j.deadline()
	j.loop.timers.set(&j.timer, at, j.giveUp)
}

func (j *job) expired() {
	if failure := j.late(); failure != nil {
		j.conclude(failure)
	} else {
		j.arm()
	}
}

// conclude ends the exchange on its connection, which is kept or closed; one that had died is replaced.
func (j *job) conclude(failure *record.Failure) {
	c := j.link
	j.sent()
	j.settle()
	j.carried = j.look.carried()
	usable := failure == nil && c.resp.KeepAlive && !c.ended && j.ctx.Err() == nil
	failure = j.verdict(j.ctx, failure)
	c.job, j.link = nil, nil
	j.loop.timers.unset(&j.timer)
	if usable {
		c.resume()
		j.loop.idle.put(c, &c.resp, j.clock.Now())
	} else {
		c.abort()
	}
	if !j.how.NewConnection && j.stale(failure) {
		j.connect(Sending{NewConnection: true, Resend: true})
		return
	}
	j.end(failure)
}

// cancel ends the exchange since its context has ended.
func (j *job) cancel() {
	switch {
	case j.ended:
	case j.link != nil:
		j.conclude(cancelled(j.ctx))
	default:
		if j.dial != nil {
			j.dial.abandon()
		}
		j.end(cancelled(j.ctx))
	}
}

func (j *job) end(failure *record.Failure) {
	j.ended = true
	j.loop.unwatch(j)
	j.loop.timers.unset(&j.timer)
	j.loop.busy.Add(-1)
	j.done(failure)
}
