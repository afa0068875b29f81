package transport

import "testing"

// counted is a kernel that has counted so many segments.
type counted struct{ came uint32 }

func (c *counted) inspect() (came uint32, more, ok bool) { return c.came, false, true }

// A look proves that its payloads came as one only where every look took one segment. The end of a stream is none: it
// must not make up for a look that took two.
func TestSingle(t *testing.T) {
	kernel := &counted{came: 7}
	l := look{segments: segments{source: kernel}}
	l.restart()
	check := func(what string, came uint32, n int, x extent, want bool) {
		t.Helper()
		kernel.came += came
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
