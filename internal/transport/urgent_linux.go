package transport

import (
	"time"

	"golang.org/x/sys/unix"
)

// hurry asks the system to let the calling thread go before others of its class when it wakes up: a loop that wakes often
// and briefly loses against a crowd of busy threads, to which a server on the same machine may belong. What needs a
// privilege that the user lacks is left out; all of it is a help, not a need.
//
// Note: not under a real-time class. There a thread of higher priority than the rest of its process livelocks: Go's
// runtime yields to the holder of a lock, who never gets the core.
func hurry() {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	a, err := unix.SchedGetAttr(0, 0)
	if err != nil || a.Policy != unix.SCHED_NORMAL {
		return
	}
	a.Runtime = uint64(slice)
	_ = unix.SchedSetAttr(0, a, 0)
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, urgent)
}

const (
	slice  = 100 * time.Microsecond // the shortest that the scheduler grants: short turns come sooner
	urgent = -10                    // nice value; a tenth of the core is left to the rest of the process, whatever happens
)
