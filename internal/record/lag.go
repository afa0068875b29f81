package record

import "time"

// Lag is how late stamps may be, on top of what their bounds say, as measured beside the load: for each step of time from
// T0 on the most that was seen in it. A step beyond the ends has that of the nearest.
type Lag struct {
	T0     Stamp           `json:"t0_ns"`
	User   []time.Duration `json:"user_ns"`   // of stamps of the client's own: from when something comes until the client runs
	Kernel []time.Duration `json:"kernel_ns"` // of the kernel's stamps: from when a packet comes until the kernel looks
}

// LagStep is one step of a Lag.
const LagStep = 10 * time.Millisecond

// Of is how late a stamp may be, in whole steps of stamps. What nobody measured is none.
func (lag *Lag) Of(at Stamp, source StampSource) time.Duration {
	steps := lag.steps(source)
	if len(steps) == 0 {
		return 0
	}
	most := steps[min(max(0, int(at.Sub(lag.T0)/LagStep)), len(steps)-1)]
	return (most + Tick - 1) / Tick * Tick
}

// Knows reports whether the lag of such stamps was measured.
func (lag *Lag) Knows(source StampSource) bool { return len(lag.steps(source)) > 0 }

func (lag *Lag) steps(source StampSource) []time.Duration {
	switch {
	case lag == nil:
		return nil
	case source == StampKernel:
		return lag.Kernel
	}
	return lag.User
}
