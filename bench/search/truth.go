package main

import (
	"math"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/sim"
	"github.com/splleed/splleed/internal/stats"
)

// truth is the highest rate at which a long run of the model meets the goal, by bisection to 0.25 % on the same random
// numbers. It judges percentiles, where searches count misses.
func truth(g goal, requests int) float64 {
	low, high := 1.0, 1000.0
	for high/low > 1.0025 {
		rate := math.Sqrt(low * high)
		if meets(g, rate, requests) {
			low = rate
		} else {
			high = rate
		}
	}
	return low
}

// meets judges one rate. The run is made of parts, each with a ramp of its own that does not count, so that it needs
// little memory; a part whose requests wait for longer at its end than any goal allows is a server that falls behind.
func meets(g goal, rate float64, requests int) bool {
	const part, ramp = 50_000, 2_000
	var ttft, tpot []float64
	for k := 0; k*part < requests; k++ {
		arrivals := traffic(rate, ramp+min(part, requests), uint64(1000+k))
		outcomes, err := sim.Simulate(sim.Small(), arrivals)
		if err != nil {
			panic(err)
		}
		for i := ramp; i < len(arrivals); i++ {
			o := outcomes[i]
			ttft = append(ttft, (o.Tokens[0] - arrivals[i].At).Seconds())
			if n := len(o.Tokens); n > 1 {
				tpot = append(tpot, (last(o)-o.Tokens[0]).Seconds()/float64(n-1))
			}
		}
		if ttft[len(ttft)-1] > 10*g.ttft.Seconds() {
			return false
		}
	}
	return at(ttft, 0.99) <= g.ttft && at(tpot, 0.95) <= g.tpot
}

func at(xs []float64, q float64) time.Duration {
	slices.Sort(xs)
	return time.Duration(stats.Quantile(xs, q) * float64(time.Second))
}
