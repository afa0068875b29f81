package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/splleed/splleed/internal/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// autoregressive is standard normal samples, neighbours of which correlate by rho.
func autoregressive(rng *rand.Rand, n int, rho float64) []float64 {
	xs, x := make([]float64, n), rng.NormFloat64()
	for i := range xs {
		xs[i] = x
		x = rho*x + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return xs
}

// trialStat is the log of p95 of a trial of 200 log-normal latencies at rho 0.5.
func trialStat(rng *rand.Rand) float64 {
	return stats.Quantile(stats.Sorted(autoregressive(rng, 200, 0.5)), 0.95)
}

// overTrials: the truth is the mean of the statistic of a trial of this length, found from 200,000 trials (standard
// error 0.0005, where that of five trials is 0.08).
func overTrials(trials int) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		truth := 0.0
		for range 200_000 {
			truth += trialStat(rng) / 200_000
		}
		return share(func() bool {
			latencies := make([]float64, trials)
			for i := range latencies {
				latencies[i] = math.Exp(trialStat(rng))
			}
			iv := stats.LogTInterval(latencies, nominal)
			return iv.Lower <= math.Exp(truth) && math.Exp(truth) <= iv.Upper
		})
	}
}

// withinCovers is of the intervals that are given.
func withinCovers(q, rho float64) func(*rand.Rand) float64 {
	truth := distuv.UnitNormal.Quantile(q)
	return func(rng *rand.Rand) float64 {
		return covers(truth, func() stats.Within { return stats.NewSeries(autoregressive(rng, 500, rho)).Within(q, nominal) })
	}
}

func covers(truth float64, interval func() stats.Within) float64 {
	given := 0
	covered := share(func() bool {
		w := interval()
		if !w.TooCorrelated {
			given++
		}
		return w.Lower <= truth && truth <= w.Upper
	})
	return covered * sims / float64(given)
}

func withinGiven(q, rho float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return share(func() bool { return !stats.NewSeries(autoregressive(rng, 500, rho)).Within(q, nominal).TooCorrelated })
	}
}

// bootstrapCovers takes samples as independent. With endless resamples, the k-th of a resample is at most the j-th of
// the sample with the probability that j/n is at least the k-th of n uniform numbers: a beta distribution.
func bootstrapCovers(q, rho float64) func(*rand.Rand) float64 {
	const n = 500
	k := math.Ceil(q * n)
	ranks := distuv.Beta{Alpha: k, Beta: n - k + 1}
	low, high := int(math.Ceil(n*ranks.Quantile((1-nominal)/2))), int(math.Ceil(n*ranks.Quantile((1+nominal)/2)))
	truth := distuv.UnitNormal.Quantile(q)
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			xs := stats.Sorted(autoregressive(rng, n, rho))
			return xs[low-1] <= truth && truth <= xs[high-1]
		})
	}
}

// Streams in lockstep: a step takes 10 ms, one in fifty stalls for an exponential time of 50 ms more, and every stream
// sees its own noise of 0.3 ms. Beyond a stall of y with noise of s lies exp(-y/m + s²/2m²) of those stalled: half of
// them, which is one in a hundred gaps, at y = m ln 2 + s²/2m.
const (
	streams, steps, turn = 64, 1000, 100 // a request is as many steps long as turn
	step, stall, noise   = 10.0, 50.0, 0.3
	stallP99             = step + stall*math.Ln2 + noise*noise/(2*stall)
)

type gap struct {
	at, ms  float64
	request int
}

func stalls(rng *rand.Rand) []gap {
	gaps := make([]gap, 0, streams*steps)
	now := 0.0
	for i := range steps {
		took := step
		if rng.Float64() < 0.02 {
			took += stall * rng.ExpFloat64()
		}
		now += took
		for s := range streams {
			request := s*(steps/turn+1) + (i+s*turn/streams)/turn // turns over streams are spread
			gaps = append(gaps, gap{now, took + noise*rng.NormFloat64(), request})
		}
	}
	return gaps
}

func stallsWithin(rng *rand.Rand) float64 {
	return covers(stallP99, func() stats.Within {
		gaps := stalls(rng)
		cells, span := make([][]float64, steps), gaps[len(gaps)-1].at*(1+1e-9)
		for _, g := range gaps {
			i := int(g.at / span * steps)
			cells[i] = append(cells[i], g.ms)
		}
		return stats.NewCells(cells).Within(0.99, nominal)
	})
}

// stallsByRequest is the bootstrap over requests, of 100 resamples.
func stallsByRequest(rng *rand.Rand) float64 {
	const requests, resamples = streams * (steps/turn + 1), 100
	return share(func() bool {
		gaps := stalls(rng)
		sizes := make([]int, requests)
		for _, g := range gaps {
			sizes[g.request]++
		}
		top := slices.DeleteFunc(gaps, func(g gap) bool { return g.ms < step+5*noise })
		slices.SortFunc(top, func(a, b gap) int { return cmp.Compare(b.ms, a.ms) })
		var p99s []float64
		for range resamples {
			weight, all := make([]int, requests), 0
			for range requests {
				r := rng.IntN(requests)
				weight[r]++
				all += sizes[r]
			}
			p99s = append(p99s, beyond(top, weight, all/100))
		}
		slices.Sort(p99s)
		return stats.Quantile(p99s, (1-nominal)/2) <= stallP99 && stallP99 <= stats.Quantile(p99s, (1+nominal)/2)
	})
}

// beyond is the gap with so many above it.
func beyond(descending []gap, weight []int, above int) float64 {
	for _, g := range descending {
		if above -= weight[g.request]; above < 0 {
			return g.ms
		}
	}
	return step
}

// queueRefused: 500 sojourn times of a queue at utilisation 0.8, which begins as it goes on.
func queueRefused(q float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return share(func() bool {
			const rate = 0.8
			sojourn := rng.ExpFloat64() / (1 - rate)
			xs := make([]float64, 500)
			for i := range xs {
				xs[i] = sojourn
				sojourn = max(sojourn-rng.ExpFloat64()/rate, 0) + rng.ExpFloat64()
			}
			return stats.NewSeries(xs).Within(q, nominal).TooCorrelated
		})
	}
}

const spread, wanted = 0.05, 0.05

func stein(rng *rand.Rand) (off, half float64) {
	draw := func() float64 { return spread * rng.NormFloat64() }
	xs := []float64{draw(), draw(), draw(), draw(), draw()}
	pilot := stats.NewPilot(xs)
	for need := pilot.Needed(math.Log1p(wanted), nominal); float64(len(xs)) < need; {
		xs = append(xs, draw())
	}
	return math.Abs(stats.Mean(xs)), pilot.Half(len(xs), nominal)
}

func steinMet(rng *rand.Rand) float64 {
	return share(func() bool {
		_, half := stein(rng)
		return half <= math.Log1p(wanted)*(1+1e-12)
	})
}

func steinCovers(rng *rand.Rand) float64 {
	return share(func() bool {
		off, half := stein(rng)
		return off <= half
	})
}
