package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// SciPy 1.17.1: t.ppf(.975, 4) = 2.776445. A spread of 0.05 and a half-width of 0.0488: (2.776445 · 0.05/0.0488)² = 8.09, so 9 samples,
// which give 2.776445 · 0.05/3 = 0.046274.
func TestPilot(t *testing.T) {
	p := Pilot{Std: 0.05, N: 5}
	near(t, "needed", p.Needed(0.0488, 0.95), 9, 0)
	near(t, "half of 9", p.Half(9, 0.95), 0.046274, 1e-6)
	near(t, "needed of little spread", Pilot{0.001, 5}.Needed(0.0488, 0.95), 5, 0)
	near(t, "needed of none", Pilot{0, 5}.Needed(0.0488, 0.95), 5, 0)
	near(t, "needed of one", NewPilot([]float64{1}).Needed(0.05, 0.95), math.NaN(), 0)
}

// The level holds although the number of samples is chosen by their spread: of 2,000 at 95 %, 1.5 points are three
// standard errors.
func TestPilotCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	covered := 0
	for range 2000 {
		var xs []float64
		for range 5 {
			xs = append(xs, 0.05*rng.NormFloat64())
		}
		p := NewPilot(xs)
		for float64(len(xs)) < p.Needed(math.Log(1.05), 0.95) {
			xs = append(xs, 0.05*rng.NormFloat64())
		}
		half := p.Half(len(xs), 0.95)
		if half > math.Log(1.05)*(1+1e-12) {
			t.Fatalf("%d samples: half-width %v", len(xs), half)
		}
		if math.Abs(Mean(xs)) <= half {
			covered++
		}
	}
	if share := float64(covered) / 2000; share < 0.935 || share > 0.965 {
		t.Errorf("coverage %.4f, want 0.95", share)
	}
}
