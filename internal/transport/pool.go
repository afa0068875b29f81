package transport

import (
	"sync"
	"time"
)

// pool keeps idle connections. The latest comes out first: it is the least likely to have been closed by the server.
type pool struct {
	mu     sync.Mutex
	idle   []*conn
	closed bool
}

// idleLimit is how long a connection may idle where the server does not say: uvicorn closes after 5 s.
const idleLimit = 3 * time.Second

// take returns a connection that is not too old, or nil.
func (p *pool) take(now time.Duration) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.idle) - 1; n >= 0; n-- {
		c := p.idle[n]
		p.idle = p.idle[:n]
		if now < c.expires {
			return c
		}
		c.abort()
	}
	return nil
}

// put keeps c, and gives up the oldest ones that nobody took in time.
func (p *pool) put(c *conn, now time.Duration) {
	c.expires = now + lifetime(c.resp.IdleTimeout)
	c.sock.look = nil
	c.resp.Reset()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.abort()
		return
	}
	for len(p.idle) > 0 && p.idle[0].expires <= now {
		p.idle[0].abort()
		p.idle = p.idle[1:]
	}
	p.idle = append(p.idle, c)
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.idle {
		c.abort()
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
