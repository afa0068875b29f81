package transport

import "time"

// pace decides how long a loop naps between two looks at its sockets. Since the kernel stamps what comes meanwhile, a nap
// costs no accuracy, and spares the waking up, which is half the cost of an event. But it must not merge the events of a
// stream.
type pace struct {
	nap time.Duration // now; 0 for none

	since   time.Duration // begin of the period in which these were counted:
	reads   int
	stamped int           // by the kernel
	merged  int           // brought more than one payload
	awake   time.Duration // no nap before this
}

const (
	pacePeriod  = 10 * time.Millisecond
	busyReads   = 40 // in a period: 4,000 a second
	longestNap  = 500 * time.Microsecond
	napStep     = 100 * time.Microsecond
	mergedShare = 100 // one in so many reads may bring several payloads
	afterMerges = time.Second
)

// count takes a read into account.
func (p *pace) count(payloads int, stamped bool) {
	p.reads++
	if stamped {
		p.stamped++
	}
	if payloads > 1 {
		p.merged++
	}
}

// adjust ends a period where it is over, and reports whether it was.
func (p *pace) adjust(now time.Duration) bool {
	took := now - p.since
	if took < pacePeriod {
		return false
	}
	busy := time.Duration(p.reads)*pacePeriod >= busyReads*took
	switch {
	case p.merged*mergedShare > p.reads:
		p.nap, p.awake = 0, now+afterMerges
	case !busy || p.stamped < p.reads:
		p.nap = 0
	case now >= p.awake:
		p.nap = min(p.nap+napStep, longestNap)
	}
	p.since, p.reads, p.stamped, p.merged = now, 0, 0, 0
	return true
}
