package transport

import "time"

// segments proves what one look at a socket brought, by the kernel's count of the TCP segments with data that came in.
// Each look has taken at least one of its own, unless it left a part; where the two counts agree, each has taken just one.
type segments struct {
	source segmentSource // nil where nobody counts
	known  bool          // the counts have a common begin
	taken  uint32        // of those that came, by the looks so far, if each took one
}

// segmentSource is a connection, as the kernel sees it.
type segmentSource interface {
	// inspect tells how many segments with data came in so far, and whether there is something to read.
	inspect() (came uint32, more, ok bool)
}

// restart begins to count, at a time when there should be nothing to read.
func (s *segments) restart() {
	if s.source != nil {
		came, more, ok := s.source.inspect()
		s.taken, s.known = came, ok && !more
	}
}

// single reports that the last look brought just one segment, as all before it did.
func (s *segments) single() bool {
	if !s.known {
		return false
	}
	came, _, ok := s.source.inspect()
	return ok && came == s.taken
}

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

// took notes the extent of a look that began at the given time.
func (l *look) took(x extent, looked time.Duration) {
	l.empty = l.drained
	if l.kernel {
		l.empty = max(l.empty, l.at) // what comes later has a later stamp
	}
	if x == all {
		l.drained = looked
	}
	if x != truncated {
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
