// Command search holds "splleed search" against an engine whose truth is known: the simulated one, in virtual time.
//
//	go run ./bench/search [-requests 1000000] [-seeds 20]
package main

import (
	"flag"
	"fmt"
	"math"
	"time"

	"github.com/splleed/splleed/internal/search"
)

func main() {
	requests := flag.Int("requests", 1_000_000, "requests of the run that tells the truth")
	seeds := flag.Int("seeds", 20, "searches")
	flag.Parse()
	for _, g := range []goal{{150 * time.Millisecond, 12 * time.Millisecond}, {80 * time.Millisecond, time.Second}} {
		begin := time.Now()
		edge := truth(g, *requests)
		fmt.Printf("goal: TTFT p99 <= %v, TPOT p95 <= %v; truth of %d requests a rate: %.2f req/s (%v)\n", g.ttft, g.tpot, *requests, edge, time.Since(begin).Round(time.Second))
		report(g, edge, *seeds)
	}
}

func report(g goal, edge float64, seeds int) {
	good := 0
	var took, linear time.Duration
	for seed := range uint64(seeds) {
		f := find(g, seed)
		sweep := sweep(g, edge, seed, f.mean())
		took, linear = took+f.took, linear+sweep
		off := f.Load/edge - 1
		if math.Abs(off) <= 0.05 {
			good++
		}
		fmt.Printf("  seed %2d: %6.2f req/s (%+.1f %%), [%.2f, %.2f], %d probes, %5.0f s simulated; sweep %5.0f s\n",
			seed, f.Load, 100*off, f.Low, f.High, len(f.Probes), f.took.Seconds(), sweep.Seconds())
	}
	fmt.Printf("  within 5 %% of the truth: %d of %d (want 9 of 10); simulated time / that of a linear sweep: %.2f (want < 0.5)\n",
		good, seeds, took.Seconds()/linear.Seconds())
}

// found is a search with what it cost.
type found struct {
	search.Answer
	took     time.Duration
	requests int // planned, over all probes
}

// mean is the requests that a probe had on average.
func (f found) mean() int { return f.requests / len(f.Probes) }

func find(g goal, seed uint64) found {
	var f found
	plan := search.Plan{Start: 4, Min: 0.1, Max: 1e4, Tolerance: 0.02, Requests: 500}
	f.Answer, _ = search.Find(plan, func(rate float64, n int) (search.Verdict, error) {
		f.requests += n
		v, took := probe(g, rate, n, seed<<32+uint64(f.requests), true)
		f.took += took
		return v, nil
	})
	return f
}

// sweep is what a sweep in steps of 5 % of the truth would take, up to the first rate that fails, with as many requests a
// probe.
func sweep(g goal, edge float64, seed uint64, requests int) (all time.Duration) {
	for k := 1; ; k++ {
		v, took := probe(g, edge*float64(k)/20, requests, seed<<32+uint64(k), false)
		all += took
		if !v.Passed() || k == 40 {
			return all
		}
	}
}
