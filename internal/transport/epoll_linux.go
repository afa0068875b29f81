package transport

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/prefetch"
	"github.com/splleed/splleed/internal/record"
)

// Epoll is the engine for plain http on Linux: a few threads, each with an event loop over its share of the streams.
//
// Arrivals carry the kernel's stamps, so they are right however late a loop wakes up, and a busy loop may nap. A read
// that brings no stamp has the time right after it, and says so. Connections are kept as Portable keeps them; one that
// the server closes while it idles is given up at once.
type Epoll struct {
	clock    Clock
	target   *target
	timeouts Timeouts
	fresh    bool
	loops    []*loop
	running  sync.WaitGroup
	close    sync.Once
	stamping int // a socket that is stamped from the start: the kernel is late to begin for the first one

	transmits bool // the kernel is to stamp requests when they leave
}

// mostLoops is how many loops are the default at the most: one serves 100,000 events a second.
const mostLoops = 4

// NewEpoll returns an engine for one server. It starts its threads, but makes no connection yet. It refuses https and a
// dialer of the user's own, which are Portable's.
func NewEpoll(o Options) (*Epoll, error) {
	if o.BaseURL.Scheme != "http" || o.Dial != nil {
		return nil, fmt.Errorf("epoll is for plain http to a host, not for %s", o.BaseURL.Redacted())
	}
	target, err := newTarget(o.peer())
	if err != nil {
		return nil, fmt.Errorf("the port of %s: %w", o.peer().Host, err)
	}
	target.all = o.Sources
	e := &Epoll{clock: o.Clock, target: target, timeouts: o.Timeouts.OrDefault(), fresh: o.Fresh, transmits: o.TransmitStamps}
	if e.stamping, err = stampedSocket(); err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	n := o.Loops
	if n == 0 {
		n = min(max(1, runtime.GOMAXPROCS(0)-1), mostLoops)
	}
	for range n {
		l, err := newLoop(e, n)
		if err != nil {
			e.Close()
			return nil, err
		}
		if e.fresh {
			l.idle.close()
		}
		e.loops = append(e.loops, l)
		e.running.Go(l.run)
	}
	return e, nil
}

// Loops is how many there are.
func (e *Epoll) Loops() int { return len(e.loops) }

// Start is Engine's. The exchange goes to the loop that has the fewest.
func (e *Epoll) Start(ctx context.Context, x *Exchange) {
	l := e.loops[0]
	for _, other := range e.loops[1:] {
		if other.busy.Load() < l.busy.Load() {
			l = other
		}
	}
	l.busy.Add(1)
	j := &job{course: course{x: x, clock: e.clock, timeouts: &e.timeouts}, loop: l, ctx: ctx}
	j.sink, _ = x.Sink.(prefetch.Chain)
	l.post(j.start)
}

// Warm makes n connections ahead of load, spread over the loops as n exchanges at a time will be. Otherwise it is like
// Portable's.
func (e *Epoll) Warm(ctx context.Context, n int) error {
	if e.fresh {
		return nil
	}
	return warm(ctx, n, func(ctx context.Context, i int) *record.Failure {
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		l, made := e.loops[i%len(e.loops)], make(chan *record.Failure, 1)
		d := &dial{then: func(c *link, failure *record.Failure) {
			if failure == nil {
				l.idle.putUnused(c, l.clock.Now())
			}
			made <- failure
		}}
		l.post(func() { l.dial(d) })
		select {
		case failure := <-made:
			return failure
		case <-ctx.Done():
			l.post(d.abandon)
			return cancelled(ctx)
		}
	})
}

// Close is Engine's. It must not be called from a Sink.
func (e *Epoll) Close() {
	e.close.Do(func() {
		for _, l := range e.loops {
			l.post(func() { l.closing = true })
		}
		e.running.Wait()
		unix.Close(e.stamping)
	})
}

// ClockSteps is how often the wall clock was seen to have been set, which the kernel's stamps do not survive. It is known
// once the engine is closed.
func (e *Epoll) ClockSteps() int {
	most := 0
	for _, l := range e.loops {
		most = max(most, l.real.Steps)
	}
	return most
}
