package transport

import (
	"time"

	"golang.org/x/sys/unix"
)

// hurry asks the system to let the calling thread go before others of its class when it wakes up: a loop that wakes often
// and briefly loses against a crowd of busy threads, to which a server on the same machine may belong. It is a help, not a
// need: what the system refuses is left out.
//
// Note: not by a nice value. On Linux 6.18, once a thread of nice -10 had ended beside two busy programs of another session,
// all other programs of its own session, the user's shell among them, got no core for up to 90 s. And not under a
// real-time class: there a thread of higher priority than the rest of its process livelocks, since Go's runtime yields to
// the holder of a lock, who never gets the core.
func hurry() {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	a, err := unix.SchedGetAttr(0, 0)
	if err != nil || a.Policy != unix.SCHED_NORMAL {
		return
	}
	a.Runtime = uint64(slice)
	_ = unix.SchedSetAttr(0, a, 0)
}

// slice is the shortest that the scheduler grants: short turns come sooner.
const slice = 100 * time.Microsecond
