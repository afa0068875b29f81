package schedule

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// gamma arrivals have gamma gaps of the given shape and mean 1; their squared coefficient of variation is 1/shape.
func gamma(shape float64, rng *rand.Rand) func() float64 {
	return distuv.Gamma{Alpha: shape, Beta: shape, Src: rng}.Rand
}
