package main

import (
	"math/rand/v2"

	"github.com/splleed/splleed/internal/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// stepsCut: the first 5 to 30 % of n samples are 3 to 6 standard deviations off; of that bias the cut leaves 5 % at most.
func stepsCut(n int, rho float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			xs, length, height := autoregressive(rng, n, rho), n*(5+rng.IntN(26))/100, 3+3*rng.Float64()
			if rng.IntN(2) == 0 {
				height = -height
			}
			for i := range length {
				xs[i] += height
			}
			found, _ := stats.FindTransient(xs)
			left := float64(max(length-found.Cut, 0)) / float64(n-found.Cut)
			return left <= 0.05*float64(length)/float64(n)
		})
	}
}

// closedLoop is the sojourn times of 500 requests where eight slots wait for one server, from the middle of a run: each
// waits for its own service and those of the seven before it.
func closedLoop(rng *rand.Rand) []float64 {
	const slots = 8
	services := make([]float64, 500+slots-1)
	for i := range services {
		services[i] = rng.ExpFloat64()
	}
	xs := make([]float64, 500)
	for i := range xs {
		for _, s := range services[i : i+slots] {
			xs[i] += s
		}
	}
	return xs
}

// inFlight is that of a closed loop.
func inFlight(*rand.Rand) []float64 {
	xs := make([]float64, 500)
	for i := range xs {
		xs[i] = 64.1 // of which sums are not exact
	}
	return xs
}

// ramp goes by three standard deviations over the whole run.
func ramp(rng *rand.Rand) []float64 {
	xs := autoregressive(rng, 500, 0.5)
	for i := range xs {
		xs[i] += 3 * float64(i) / 500
	}
	return xs
}

func stationary(rho float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 { return autoregressive(rng, 500, rho) }
}

// found is how often something holds of what is found in a series.
func found(series func(*rand.Rand) []float64, holds func(stats.Transient) bool) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			t, ok := stats.FindTransient(series(rng))
			return ok && holds(t)
		})
	}
}

func atMostAThird(t stats.Transient) bool { return 3*t.Cut <= 500 }

func steady(t stats.Transient) bool { return !t.Shown }

func lasts(t stats.Transient) bool { return t.Lasts }

// driftFound is how often a trend shows, at 5 %, in trials that change by so many of their standard deviations each.
func driftFound(trials int, by float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			xs := make([]float64, trials)
			for i := range xs {
				xs[i] = by*float64(i) + rng.NormFloat64()
			}
			return stats.Trend(xs).P() < 1-nominal
		})
	}
}

func noDrift(trials int) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return 1 - driftFound(trials, 0)(rng) }
}

// earlyStopping is how often LoadGen's bound on p95 of 500 samples is one.
func earlyStopping(rho float64) func(*rand.Rand) float64 {
	truth := distuv.UnitNormal.Quantile(0.95)
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			upper, _ := stats.EarlyStopping(stats.Sorted(autoregressive(rng, 500, rho)), 0.95)
			return upper >= truth
		})
	}
}
