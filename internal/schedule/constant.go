package schedule

import "math/rand/v2"

// constant arrivals are one mean gap apart.
func constant(float64, *rand.Rand) func() float64 {
	return func() float64 { return 1 }
}
