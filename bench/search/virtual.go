package main

import (
	"math/rand/v2"
	"time"

	"github.com/splleed/splleed/internal/search"
	"github.com/splleed/splleed/internal/sim"
)

// goal is what the searches look for: TTFT p99 and TPOT p95 within limits.
type goal struct{ ttft, tpot time.Duration }

// allowed are the shares of requests that may miss: those of a p99 and of a p95.
var allowed = []float64{0.01, 0.05}

// samples is what a request says of each goal, as a multiple of it.
func (g goal) samples(at time.Duration, o sim.Outcome) [][]float64 {
	first := o.Tokens[0]
	samples := [][]float64{{(first - at).Seconds() / g.ttft.Seconds()}, nil}
	if n := len(o.Tokens); n > 1 {
		samples[1] = []float64{(last(o) - first).Seconds() / float64(n-1) / g.tpot.Seconds()}
	}
	return samples
}

// traffic is Poisson arrivals of requests with 64 to 448 tokens of prompt and 16 to 112 of output, every length as likely.
func traffic(rate float64, n int, seed uint64) []sim.Arrival {
	rng := rand.New(rand.NewPCG(seed, 7))
	arrivals := make([]sim.Arrival, n)
	at := 0.0
	for i := range arrivals {
		at += rng.ExpFloat64() / rate
		arrivals[i] = sim.Arrival{
			At:   time.Duration(at * float64(time.Second)),
			Work: sim.Work{Prompt: 64 + rng.IntN(385), Output: 16 + rng.IntN(97)},
		}
	}
	return arrivals
}

// lead is how many requests of a probe come before those that count.
const lead = 50

// probe plays one in virtual time, and says how much of that passed. With sequential it ends when it has seen enough.
//
// Note: requests are taken in the order in which they were due, each once all before it have ended: as a real probe does.
func probe(g goal, rate float64, n int, seed uint64, sequential bool) (search.Verdict, time.Duration) {
	arrivals := traffic(rate, lead+n, seed)
	outcomes, err := sim.Simulate(sim.Small(), arrivals)
	if err != nil {
		panic(err) // no request is larger than the KV cache
	}
	w := search.NewWatch(allowed)
	ended, flight := time.Duration(0), newFlight(arrivals, outcomes)
	for i, a := range arrivals {
		if i < lead {
			continue
		}
		w.Arrived(flight.at(a.At))
		ended = max(ended, last(outcomes[i]))
		w.Ended(g.samples(a.At, outcomes[i]))
		if sequential && w.Due() {
			if v, enough := w.Enough(); enough {
				return v, ended
			}
		}
	}
	return w.Verdict(), ended
}

func last(o sim.Outcome) time.Duration { return o.Tokens[len(o.Tokens)-1] }
