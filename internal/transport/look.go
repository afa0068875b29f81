package transport

import "time"

// look is what is known of when the bytes came that the last look at a socket brought.
type look struct {
	at      time.Duration // stamp of the last byte
	delay   time.Duration // from then to the look, where the kernel took the stamp
	kernel  bool          // it did
	empty   time.Duration // when nothing of them had come yet
	drained time.Duration // when the socket was last seen empty
	segments
}

// extent is how much of what waited in a socket a look has taken.
type extent int

const (
	all       extent = iota // nothing was left then
	stamped                 // what had one stamp of the kernel's
	truncated               // what there was room for
)

// extentOf is that of a read of n bytes of all that came, where there was room for so many.
func extentOf(n, room int) extent {
	if n == room {
		return truncated
	}
	return all
}

// ask notes that a question goes out: nothing can have come before it, nor have a stamp from then.
func (l *look) ask(begin time.Duration) { l.drained, l.at = begin, max(begin, l.at) }

// took notes a look that began at the given time and brought n bytes; none is the end of the stream, which is no segment.
func (l *look) took(n int, x extent, looked time.Duration) {
	l.empty = l.drained
	if l.kernel {
		l.empty = max(l.empty, l.at) // what comes later has a later stamp
	}
	if x == all {
		l.drained = looked
	}
	if n > 0 && x != truncated {
		l.taken++
	}
}

// stampedAt notes a stamp. Those of a connection never go back, not even when the wall clock does.
func (l *look) stampedAt(at, delay time.Duration, kernel bool) {
	l.at, l.delay, l.kernel = max(at, l.at), delay, kernel
}

// bound is how long before the stamp the payloads of the last look may have come: not at all if one segment brought them.
func (l *look) bound() time.Duration {
	if l.kernel && l.single() {
		return 0
	}
	return max(0, l.at-l.empty) // the kernel stamps a segment before the socket shows it
}
