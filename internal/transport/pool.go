package transport

import (
	"slices"
	"sync"
	"time"

	"github.com/splleed/splleed/internal/wire"
)

// pool keeps idle connections. The latest comes out first: it is the least likely to have been closed by the server.
type pool[C keepable] struct {
	mu     sync.Mutex
	idle   []kept[C]
	closed bool
}

// keepable is a connection that a pool can give up.
type keepable interface {
	comparable
	abort()
	// quiet reports that the server has said nothing since the last response, neither an end. What it has said would pass for
	// the answer to the next request, and for one that came before that was sent.
	quiet() bool
}

type kept[C keepable] struct {
	c       C
	expires time.Duration // when it is too old to be used again
}

const (
	// idleLimit is how long a connection may idle where the server does not say: uvicorn closes after 5 s.
	idleLimit = 3 * time.Second
	// unusedLimit is how long one may wait for its first request: many servers have no limit, or one of 20 s and longer, and
	// the last of 20,000 connections may be made seconds after the first.
	unusedLimit = 15 * time.Second
)

// take returns a connection that is not too old, and quiet, or none.
func (p *pool[C]) take(now time.Duration) (c C, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.idle) - 1; n >= 0; n-- {
		k := p.idle[n]
		p.idle = p.idle[:n]
		if now < k.expires && k.c.quiet() {
			return k.c, true
		}
		k.c.abort()
	}
	return c, false
}

// put keeps c, and gives up the oldest ones that nobody took in time. The response that it carried last has said how
// long the server keeps it.
func (p *pool[C]) put(c C, resp *wire.Response, now time.Duration) {
	expires := now + lifetime(resp.IdleTimeout)
	resp.Reset()
	p.keep(c, now, expires)
}

// putUnused keeps c, which has not carried a request yet.
func (p *pool[C]) putUnused(c C, now time.Duration) { p.keep(c, now, now+unusedLimit) }

func (p *pool[C]) keep(c C, now, expires time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.abort()
		return
	}
	for len(p.idle) > 0 && p.idle[0].expires <= now {
		p.idle[0].c.abort()
		p.idle = p.idle[1:]
	}
	p.idle = append(p.idle, kept[C]{c, expires})
}

// drop gives up c, which the server has closed.
func (p *pool[C]) drop(c C) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.abort()
	p.idle = slices.DeleteFunc(p.idle, func(k kept[C]) bool { return k.c == c })
}

// close gives up all, and whatever is put from now on: a pool that is closed from the start keeps nothing.
func (p *pool[C]) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.idle {
		k.c.abort()
	}
	p.idle, p.closed = nil, true
}

// lifetime stays a second below what the server said, as its clock starts before ours; below 2 s, at half of it.
func lifetime(said time.Duration) time.Duration {
	if said == 0 {
		return idleLimit
	}
	return max(said-time.Second, said/2)
}
