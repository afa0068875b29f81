package stats

import "math"

// Pilot is the first stage of Stein's two (A two-sample test for a linear hypothesis whose power is independent of the
// variance, 1945): its samples fix the spread, and with it how many are needed; its spread alone makes the interval,
// over all samples. So the interval holds its level although the number of samples depends on the data.
type Pilot struct {
	Std float64 // of the pilot's samples
	N   int     // how many they were
}

// NewPilot takes samples as the pilot; it needs two.
func NewPilot(xs []float64) Pilot { return Pilot{Std(xs), len(xs)} }

// Needed is how many samples give an interval of mean ± half: ⌈(t s/half)²⌉ with n - 1 degrees of freedom of the pilot,
// and the pilot's at least.
func (p Pilot) Needed(half, level float64) float64 {
	return max(float64(p.N), math.Ceil(sq(p.quantile(level)*p.Std/half)))
}

// Half is half of the interval around the mean of n samples: t s/√n.
func (p Pilot) Half(n int, level float64) float64 {
	return p.quantile(level) * p.Std / math.Sqrt(float64(n))
}

func (p Pilot) quantile(level float64) float64 {
	if p.N < 2 {
		return math.NaN()
	}
	return tQuantile(level, p.N-1)
}
