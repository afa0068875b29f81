// Command compare finds out how often splleed compare is right: on synthetic starts, whose truth is known, and on the
// simulated engine in virtual time. It exits with 1 where a limit is broken.
package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/splleed/splleed/internal/compare"
	"github.com/splleed/splleed/internal/result"
)

const starts = 6

func main() {
	broken := false
	hold := func(what string, n, of int, good bool, limit string) {
		mark := "ok"
		if !good {
			mark, broken = "BROKEN", true
		}
		fmt.Printf("%-66s %4d of %4d  %-7s %s\n", what, n, of, limit, mark)
	}
	rng := rand.New(rand.NewPCG(1, 2))

	apart := 0
	for range 1000 {
		if toldApart(synthetic(rng, starts, 0.02, 1), synthetic(rng, starts, 0.02, 1)) {
			apart++
		}
	}
	hold("equals told apart, 10 independent metrics", apart, 1000, apart <= 65, "<= 65")

	apart = 0
	for i := range 200 {
		if toldApart(simulated(uint64(2*i), starts, 0.01), simulated(uint64(2*i+1), starts, 0.01)) {
			apart++
		}
	}
	hold("equals told apart, simulated engine", apart, 200, apart <= 14, "<= 14")

	found := 0
	for range 1000 {
		if verdict(synthetic(rng, starts, 0.01, 1), synthetic(rng, starts, 0.01, 1.05)) == result.Worse {
			found++
		}
	}
	hold("TPOT 5 % slower found, 1 % between starts", found, 1000, found >= 950, ">= 950")

	undecided := 0
	for range 1000 {
		if verdict(synthetic(rng, 1, 0.01, 1), synthetic(rng, 1, 0.01, 1.05)) == result.Undecided {
			undecided++
		}
	}
	hold("one start each, 1 % between starts: undecided", undecided, 1000, undecided == 1000, "all")
	power(rng)
	if broken {
		os.Exit(1)
	}
}

// power prints how often a slowdown of TPOT is found, by its size and the noise between starts.
func power(rng *rand.Rand) {
	slower := []float64{1.02, 1.05, 1.10, 1.20}
	fmt.Println("\nfound, of 500, by slowdown of TPOT and noise between starts (6 + 6 starts, 10 metrics):")
	fmt.Printf("%8s", "noise")
	for _, s := range slower {
		fmt.Printf("%8.0f %%", 100*(s-1))
	}
	fmt.Println()
	for _, noise := range []float64{0.01, 0.02, 0.03, 0.05} {
		fmt.Printf("%6.0f %%", 100*noise)
		for _, s := range slower {
			found := 0
			for range 500 {
				if verdict(synthetic(rng, starts, noise, 1), synthetic(rng, starts, noise, s)) == result.Worse {
					found++
				}
			}
			fmt.Printf("%9.1f%%", float64(found)/5)
		}
		fmt.Println()
	}
}

func contrasts(a, b *result.Run) []result.Contrast {
	c, err := compare.Compare(a, b, compare.Options{})
	if err != nil {
		panic(err)
	}
	return c.Levels[0].Metrics
}

func toldApart(a, b *result.Run) bool {
	return slices.ContainsFunc(contrasts(a, b), func(x result.Contrast) bool { return x.Verdict == result.Better || x.Verdict == result.Worse })
}

// verdict is that on TPOT p50.
func verdict(a, b *result.Run) result.Verdict {
	for _, x := range contrasts(a, b) {
		if x.Metric == "tpot_p50" {
			return x.Verdict
		}
	}
	panic("no tpot_p50")
}

// synthetic is starts whose ten metrics are each off by a factor of its own: log-normal, the worst case for Holm.
func synthetic(rng *rand.Rand, starts int, noise, tpot float64) *result.Run {
	draw := func(base float64) *float64 {
		x := base * math.Exp(noise*rng.NormFloat64())
		return &x
	}
	var levels []result.Level
	for range starts {
		metric := func(base float64) result.Metric {
			s := result.Summary{N: 400, P50: draw(base), P95: draw(base * 1.5), P99: draw(base * 2)}
			return result.Metric{Served: s, Offered: &s}
		}
		levels = append(levels, result.Level{
			Metrics:    map[string]result.Metric{"ttft": metric(50), "tpot": metric(5 * tpot), "icl": metric(6), "e2e": metric(500)},
			Throughput: result.Throughput{RequestsPerSec: draw(10), OutputTokensPerSec: draw(1000)},
		})
	}
	return run(levels)
}

// run has a start for each level.
func run(levels []result.Level) *result.Run {
	r := &result.Run{Results: levels[:1]}
	for i, l := range levels {
		r.TrialResults = append(r.TrialResults, result.Trial{
			TrialIndex: i, ServerStart: fmt.Sprint("start-", i), ConcurrencyResults: []result.Level{l},
		})
	}
	return r
}
