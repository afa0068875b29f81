// Command stats finds out how often the intervals of splleed hold what they promise, on samples whose truth is known. It
// exits with 1 where a limit is missed.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
)

const (
	sims    = 2000 // a line; three standard errors of a share of 95 % are 1.5 points
	nominal = 0.95
)

// line is one of the table: the share of simulations in which what was promised held.
type line struct {
	what, method string
	share        func(rng *rand.Rand) float64
	least, most  float64 // limits; 0 and 1 for a method that is only there for contrast
}

func main() {
	missed := false
	fmt.Printf("%-40s %-26s %7s  %-11s\n", "", "method", "held", "limit")
	for i, l := range lines() {
		share := l.share(rand.New(rand.NewPCG(1, uint64(i))))
		mark, limit := "pass", fmt.Sprintf("%.0f-%.0f %%", 100*l.least, 100*l.most)
		switch {
		case l.least == 0 && l.most == 1:
			mark, limit = "", ""
		case share < l.least || share > l.most:
			mark, missed = "MISS", true
		}
		fmt.Printf("%-40s %-26s %5.1f %%  %-10s %s\n", l.what, l.method, 100*share, limit, mark)
	}
	if missed {
		os.Exit(1)
	}
}

func lines() []line {
	var all []line
	for _, trials := range []int{5, 10} {
		all = append(all, line{fmt.Sprintf("%d trials of 200 at rho 0.5, p95", trials), "t on logs", overTrials(trials), 0.93, 0.97})
	}
	for _, q := range []float64{0.5, 0.95} {
		for _, rho := range []float64{0, 0.5, 0.8} {
			what := fmt.Sprintf("one run, n 500, rho %g, p%g", rho, 100*q)
			all = append(all,
				line{what, "within", withinCovers(q, rho), 0.90, 1},
				line{what, "given at all", withinGiven(q, rho), 0.50, 1},
				line{what, "plain bootstrap", bootstrapCovers(q, rho), 0, 1})
		}
	}
	all = append(all,
		line{"64 streams, common stalls, ITL p99", "within, blocks of time", stallsWithin, 0.90, 1},
		line{"64 streams, common stalls, ITL p99", "requests resampled", stallsByRequest, 0, 1})
	for _, q := range []float64{0.5, 0.95} {
		all = append(all, line{fmt.Sprintf("M/M/1 at 0.8, n 500, p%g", 100*q), "says too correlated", queueRefused(q), 0.95, 1})
	}
	all = append(all,
		line{"spread 5 %, wanted +-5 %", "Stein: width met", steinMet, 0.95, 1},
		line{"spread 5 %, wanted +-5 %", "Stein: covers", steinCovers, 0.93, 0.97})
	return slices.Concat(all, goalLines(), furtherLines())
}

// furtherLines are those of estimates that are no intervals.
func furtherLines() []line {
	var all []line
	for _, rho := range []float64{0, 0.5, 0.8} {
		all = append(all, line{fmt.Sprintf("a step of 3-6 sd, n 500, rho %g", rho), "<= 5 % of its bias left", stepsCut(500, rho), 0.95, 1})
	}
	// One sample of a short step is more than 5 % of it, and MSER-5 cuts by five.
	all = append(all, line{"a step of 3-6 sd, n 100, rho 0.5", "<= 5 % of its bias left", stepsCut(100, 0.5), 0, 1})
	for _, rho := range []float64{0, 0.5, 0.8} {
		what := fmt.Sprintf("no step, n 500, rho %g", rho)
		all = append(all,
			line{what, "cut by a third at most", found(stationary(rho), atMostAThird), 1, 1},
			line{what, "says steady", found(stationary(rho), steady), 0.97, 1})
	}
	return append(all,
		line{"8 slots at one server, n 500", "cut by a third at most", found(closedLoop, atMostAThird), 1, 1},
		line{"8 slots at one server, n 500", "says steady", found(closedLoop, steady), 0.97, 1},
		line{"constant in flight, n 500", "says steady", found(inFlight, steady), 1, 1},
		line{"a ramp by 3 sd, n 500, rho 0.5", "says no steady state", found(ramp, lasts), 0, 1},
		line{"5 trials without drift", "says none", noDrift(5), 0.93, 0.97},
		line{"5 trials, drift of 1 sd each", "says drift", driftFound(5, 1), 0, 1},
		line{"10 trials, drift of 1 sd each", "says drift", driftFound(10, 1), 0, 1},
		line{"n 500, rho 0, p95", "early stopping bounds it", earlyStopping(0), 0.99, 1},
		line{"n 500, rho 0.8, p95", "early stopping bounds it", earlyStopping(0.8), 0, 1})
}

// share is how often something holds.
func share(holds func() bool) float64 {
	n := 0
	for range sims {
		if holds() {
			n++
		}
	}
	return float64(n) / sims
}
