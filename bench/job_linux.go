package main

import (
	"encoding/json"
	"time"

	"github.com/splleed/splleed/internal/sim"
)

// job is one load, as server and client are told of it.
type job struct {
	Client   string // "epoll", "portable" or "naive"
	URL      string
	Streams  int     // requests in flight
	Rate     float64 // requests a second, Poisson, instead of Streams in flight
	Requests int     // in all
	Events   int     // of each
	TTFT     time.Duration
	Gap      time.Duration // between events; 0: as fast as the socket takes them
	IdleAt   time.Duration // when to look at the memory that waiting streams take; 0: never
}

// plan is when a request's events are due after its receipt.
func (j job) plan(id string) []sim.Burst {
	s := sim.Script{TTFT: sim.LogNormal{Median: j.TTFT, Sigma: 0.3}, ITL: sim.LogNormal{Median: j.Gap, Sigma: 0.1}}
	if j.IdleAt > 0 {
		s.TTFT.Sigma = 0
	}
	return s.Plan(id, j.Events)
}

func (j job) String() string {
	text, _ := json.Marshal(j) // plain data
	return string(text)
}
