package schedule

import "math/rand/v2"

// poisson arrivals have exponential gaps: as many independent users make them.
func poisson(_ float64, rng *rand.Rand) func() float64 { return rng.ExpFloat64 }
