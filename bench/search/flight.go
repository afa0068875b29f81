package main

import (
	"slices"
	"time"

	"github.com/splleed/splleed/internal/sim"
)

// flight counts the requests in flight, at times that do not go back.
type flight struct {
	starts, ends  []time.Duration
	begun, landed int
}

func newFlight(arrivals []sim.Arrival, outcomes []sim.Outcome) *flight {
	f := &flight{}
	for i, a := range arrivals {
		f.starts, f.ends = append(f.starts, a.At), append(f.ends, last(outcomes[i]))
	}
	slices.Sort(f.ends)
	return f
}

func (f *flight) at(t time.Duration) int {
	for f.begun < len(f.starts) && f.starts[f.begun] <= t {
		f.begun++
	}
	for f.landed < len(f.ends) && f.ends[f.landed] <= t {
		f.landed++
	}
	return f.begun - f.landed
}
