package metrics

import (
	"time"

	"github.com/splleed/splleed/internal/record"
)

// Lag is how late stamps may be, on top of what their bounds say, as measured beside the load: for each step of time from
// T0 on the most that was seen in it. A step beyond the ends has that of the nearest.
type Lag struct {
	T0     record.Stamp    `json:"t0_ns"`
	User   []time.Duration `json:"user_ns"`   // of stamps of the client's own: from when something comes until the client runs
	Kernel []time.Duration `json:"kernel_ns"` // of the kernel's stamps: from when a packet comes until the kernel looks
}

// LagStep is one step of a Lag.
const LagStep = 10 * time.Millisecond

// of is how late a stamp may be. Nobody's lag is none.
func (lag *Lag) of(at record.Stamp, source record.StampSource) time.Duration {
	if lag == nil {
		return 0
	}
	steps := lag.User
	if source == record.StampKernel {
		steps = lag.Kernel
	}
	if len(steps) == 0 {
		return 0
	}
	return steps[min(max(0, int(at.Sub(lag.T0)/LagStep)), len(steps)-1)]
}
