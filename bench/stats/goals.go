package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/splleed/splleed/internal/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// goalLines are of goals on p95, 2,000 samples of which miss with a given probability: as many as are allowed, so that
// either verdict is wrong, each in 2.5 % of cases at most (4 % is that and three standard errors and some), or a tenth.
func goalLines() (all []line) {
	for _, rho := range []float64{0, 0.5, 0.8} {
		what := fmt.Sprintf("goal on p95, n 2000, rho %g", rho)
		all = append(all,
			line{what, "at its limit: passes", goal(rho, 1, passes), 0, 0.04},
			line{what, "at its limit: fails", goal(rho, 1, fails), 0, 0.04},
			line{what, "a tenth misses: passes", goal(rho, 0.1, passes), 0.90, 1})
	}
	return all
}

const allowed = 0.05

func passes(_, high float64) bool { return high <= allowed }
func fails(low, _ float64) bool   { return low > allowed }

// goal is how often a verdict is given where so many times as many samples miss as may.
func goal(rho, times float64, verdict func(low, high float64) bool) func(*rand.Rand) float64 {
	limit := distuv.UnitNormal.Quantile(1 - times*allowed)
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			return verdict(stats.NewSeries(autoregressive(rng, 2000, rho)).Above(limit, 1-allowed, nominal).Interval(nominal))
		})
	}
}
