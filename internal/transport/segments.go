package transport

import (
	"time"

	"github.com/splleed/splleed/internal/record"
)

// segments proves what one look at a socket brought, by the kernel's count of the TCP segments with data that came in.
// Each look has taken at least one of its own, unless it left a part; where the two counts agree, each has taken just one.
type segments struct {
	source segmentSource // nil where nobody counts
	known  bool          // the counts have a common begin
	taken  uint32        // of those that came, by the looks so far, if each took one

	begun   traffic // when the exchange was begun
	counted bool    // that is known
}

// segmentSource is a connection, as the kernel sees it.
type segmentSource interface {
	// inspect tells what it has carried so far, and whether there is something to read.
	inspect() (t traffic, more, ok bool)
}

// restart begins to count, at a time when there should be nothing to read.
func (s *segments) restart() {
	if s.source != nil {
		t, more, ok := s.source.inspect()
		s.taken, s.known = t.segments, ok && !more
		s.begun, s.counted = t, ok
	}
}

// single reports that the last look brought just one segment, as all before it did.
func (s *segments) single() bool {
	if !s.known {
		return false
	}
	t, _, ok := s.source.inspect()
	return ok && t.segments == s.taken
}

// traffic is what a connection has carried so far, by the kernel's count.
type traffic struct {
	segments   uint32 // with data that came in
	resent     uint32 // segments that went out again
	disordered uint32 // segments that came in after later ones
	received   uint64 // bytes
	rtt        time.Duration
}

// carried is what the kernel has counted since the begin; nothing where it does not count.
func (s *segments) carried() (c record.TCP) {
	if !s.counted {
		return c
	}
	if t, _, ok := s.source.inspect(); ok {
		c = record.TCP{
			Retransmitted: int(t.resent - s.begun.resent), OutOfOrder: int(t.disordered - s.begun.disordered),
			Received: int64(t.received - s.begun.received), RTT: t.rtt,
		}
	}
	return c
}
