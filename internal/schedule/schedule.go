// Package schedule says when requests are due: arrival processes, as due times from the start of the load.
// It knows no clock and does no I/O.
package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Arrivals yields the due times of successive requests. The first comes after one gap; times never go back.
type Arrivals func() time.Duration

// Process is a line of the table of arrival processes.
type Process struct {
	Name  string
	About string
	// gaps returns a source of gaps with a mean of 1.
	gaps func(burstiness float64, rng *rand.Rand) func() float64
}

// Processes are the arrival processes. Adding one is a new file and a line here.
var Processes = []Process{
	{"poisson", "independent users: exponential gaps", poisson},
	{"gamma", "gamma gaps with shape = burstiness: 1 is Poisson, smaller comes in bursts, larger is smoother", gamma},
	{"constant", "one request every 1/rate seconds", constant},
}

// Names are the names of all arrival processes.
func Names() []string {
	var names []string
	for _, p := range Processes {
		names = append(names, p.Name)
	}
	return names
}

// New starts an arrival process whose rate moves as the shape says. The same seed gives the same arrivals.
func New(name string, shape Shape, burstiness float64, seed uint64) (Arrivals, error) {
	i := slices.IndexFunc(Processes, func(p Process) bool { return p.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("unknown arrival pattern %q: want %s", name, strings.Join(Names(), ", "))
	}
	gap := Processes[i].gaps(burstiness, rand.New(rand.NewPCG(seed, 0)))
	// Note: a running sum of expected arrivals, so that a constant rate is exact after any number of arrivals: i/rate,
	// never a sum of rounded periods.
	sum := 0.0
	return func() time.Duration {
		sum += gap()
		return duration(shape.due(sum))
	}, nil
}

// duration is seconds as a Duration, Never for more than one holds.
func duration(seconds float64) time.Duration {
	if ns := seconds * float64(time.Second); ns < float64(Never) {
		return time.Duration(ns)
	}
	return Never
}
