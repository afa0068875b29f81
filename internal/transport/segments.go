package transport

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
