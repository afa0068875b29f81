package transport

import (
	"testing"

	"github.com/splleed/splleed/internal/record"
)

// counted is a kernel that has counted so many segments.
type counted struct{ traffic }

func (c *counted) inspect() (t traffic, more, ok bool) { return c.traffic, false, true }

// A look proves that its payloads came as one only where every look took one segment. The end of a stream is none: it
// must not make up for a look that took two.
func TestSingle(t *testing.T) {
	kernel := &counted{traffic{segments: 7}}
	l := look{segments: segments{source: kernel}}
	l.restart()
	check := func(what string, came uint32, n int, x extent, want bool) {
		t.Helper()
		kernel.segments += came
		l.took(n, x, 0)
		if l.single() != want {
			t.Errorf("%s: single is %v", what, !want)
		}
	}
	check("one segment", 1, 100, all, true)
	check("a part of one", 1, 100, truncated, false)
	check("its rest", 0, 50, all, true)
	check("the first of two that wait", 2, 100, stamped, false)
	check("the second", 0, 100, all, true)
	check("two at once", 2, 200, all, false)
	check("the end", 0, 0, all, false)
}

// What a connection carried before the exchange, its handshake for one, is not the exchange's.
func TestCarried(t *testing.T) {
	kernel := &counted{traffic{resent: 3, disordered: 1<<32 - 1, received: 1000, rtt: 5 * ms}}
	l := look{segments: segments{source: kernel}}
	if got := l.carried(); got != (record.TCP{}) {
		t.Errorf("before it began: %+v", got)
	}
	l.restart()
	kernel.resent, kernel.disordered, kernel.received, kernel.rtt = 4, 1, 1234, 2*ms // one of them has passed 2^32
	if got, want := l.carried(), (record.TCP{Retransmitted: 1, OutOfOrder: 2, Received: 234, RTT: 2 * ms}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
