package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// At the median the integral of dependence is asin(c)/2π: neighbours that share rho = 0.5 alone would add
// 2·asin(0.5)/(2π)/0.25 = 2/3; the powers 0.25, 0.125, … add 0.3217, 0.1596, 0.0796, 0.0398, 0.0199 (and 0.0099 that
// is left out from 0.01 on): 1 + 0.6667 + 0.3217 + 0.1596 + 0.0796 + 0.0398 + 0.0199 = 2.2873.
func TestDependence(t *testing.T) {
	near(t, "at the median", dependence(0.5, 0.5), 2.2873, 1e-3)
	near(t, "of none", dependence(0, 0.95), 1, 0)
	// SciPy 1.17.1: z = norm.ppf(.95); 1 + 2*sum(multivariate_normal([0, 0], [[1, c], [c, 1]]).cdf([z, z]) - .95**2
	// for c in .8**arange(1, 21))/(.95*.05)
	near(t, "of a tail", dependence(0.8, 0.95), 4.1854, 1e-3)
}

// Batches of one are the variance of a sum: n²/(n(n-1)) Σ r². Batches of 2 of 1, 1, -1, -1: sums 2, 0, -2, so
// 16/(2·3·2) · 8 = 10.667.
func TestBatchVariance(t *testing.T) {
	r := []float64{1, 1, -1, -1}
	near(t, "batches of one", batchVariance(r, 1), 16.0/12*4, 1e-12)
	near(t, "batches of two", batchVariance(r, 2), 128.0/12, 1e-12)
	near(t, "one batch", batchVariance(r, 4), 0, 0)
}

// The whole way, on 300 values without chance, done again by other means with NumPy 2.4.6 and SciPy 1.17.1: memory by
// (c[lag:]*c[:-lag]).sum()/(c*c).sum() of the ranks, batches by np.convolve(r, np.ones(b), "valid"), dependence by
// multivariate_normal.cdf, bounds by np.quantile(x, beta.ppf(…)).
func TestWithinAgainstSciPy(t *testing.T) {
	xs := make([]float64, 300)
	for i := range xs {
		xs[i] = math.Sin(float64(i*i%97)) + 0.3*math.Sin(float64(i)/3)
	}
	s := NewSeries(xs)
	near(t, "memory", s.memory, 0.1386596517739086, 1e-12)
	for q, want := range map[float64]Within{
		0.5:  {Lower: -0.32258037827453173, Upper: -0.061436426377517256, ESS: 248.83507721251075, Block: 5},
		0.9:  {Lower: 0.7702093894257406, Upper: 1.03030648850085, ESS: 213.5543478260869, Block: 5},
		0.95: {Lower: 0.9698811928176799, Upper: 1.1452732061611008, ESS: 252.90853658536614, Block: 5},
	} {
		got := s.Within(q, 0.95)
		near(t, "lower", got.Lower, want.Lower, 1e-3)
		near(t, "upper", got.Upper, want.Upper, 1e-3)
		near(t, "effective samples", got.ESS, want.ESS, 0.2)
		if got.Block != want.Block || got.TooCorrelated {
			t.Errorf("q %v: %+v", q, got)
		}
	}
}

func autoregressive(rng *rand.Rand, n int, rho float64) []float64 {
	xs, x := make([]float64, n), rng.NormFloat64()
	for i := range xs {
		xs[i] = x
		x = rho*x + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return xs
}

// 300 simulations of a nominal 95 %, for which 90 % are promised: three standard errors below that are 85 %. The true
// quantiles of the process are the normal distribution's. bench/stats prints the whole table.
func TestWithinCovers(t *testing.T) {
	for _, rho := range []float64{0, 0.5, 0.8} {
		for q, truth := range map[float64]float64{0.5: 0, 0.95: 1.6448536} {
			rng := rand.New(rand.NewPCG(1, uint64(100*rho)))
			const sims = 300
			covered, given := 0, 0
			for range sims {
				w := NewSeries(autoregressive(rng, 500, rho)).Within(q, 0.95)
				if w.TooCorrelated {
					continue
				}
				given++
				if w.Lower <= truth && truth <= w.Upper {
					covered++
				}
			}
			if share := float64(covered) / float64(given); share < 0.85 || given < sims/2 {
				t.Errorf("rho %v, q %v: %.3f of %d intervals cover", rho, q, share, given)
			}
		}
	}
}

func TestWithinKnowsWhatDependenceCosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	free, bound := 0.0, 0.0
	for range 50 {
		free += NewSeries(autoregressive(rng, 2000, 0)).Within(0.5, 0.95).ESS / 50
		bound += NewSeries(autoregressive(rng, 2000, 0.8)).Within(0.5, 0.95).ESS / 50
	}
	// In truth 2000 and 2000/dependence(0.8, 0.5) = 2000/6.7 = 299; the estimate of independence cannot exceed 2000.
	if free < 1500 || bound < 200 || bound > 340 {
		t.Errorf("effective samples: %.0f of 2000 independent ones, %.0f at rho 0.8", free, bound)
	}
}

// Samples of a cell that are all alike count once: a cell is what is independent.
func TestWithinOfCells(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	cells := make([][]float64, 400)
	for i := range cells {
		x := rng.NormFloat64()
		for range 64 {
			cells[i] = append(cells[i], x)
		}
	}
	w := NewCells(cells).Within(0.5, 0.95)
	if w.ESS > 400 || w.ESS < 200 || w.TooCorrelated {
		t.Errorf("400 cells of 64 equal samples: %+v", w)
	}
	if cells[0], cells[399] = nil, nil; NewCells(cells).Within(0.5, 0.95).ESS > 398 {
		t.Error("empty cells count")
	}
}

func TestWithinRefuses(t *testing.T) {
	check := func(what string, xs []float64, q float64) {
		t.Helper()
		if w := NewSeries(xs).Within(q, 0.95); !w.TooCorrelated || !math.IsNaN(w.Lower) || !math.IsNaN(w.Upper) {
			t.Errorf("%s: %+v, want no interval", what, w)
		}
	}
	rng := rand.New(rand.NewPCG(9, 10))
	trend := make([]float64, 1000)
	for i := range trend {
		trend[i] = float64(i) + rng.NormFloat64()
	}
	check("a trend", trend, 0.5)
	check("a random walk", autoregressive(rng, 1000, 0.999), 0.5)
	check("a tail of two samples", autoregressive(rng, 200, 0), 0.99)
	check("nothing", nil, 0.5)
	check("one", []float64{1}, 0.5)
	check("two", []float64{1, 2}, 0.5)
}

func TestWithinOfConstants(t *testing.T) {
	xs := make([]float64, 100)
	for i := range xs {
		xs[i] = 7
	}
	if w := NewSeries(xs).Within(0.9, 0.95); w.TooCorrelated || w.Lower != 7 || w.Upper != 7 || w.ESS != 100 {
		t.Errorf("of constants: %+v", w)
	}
}

// Failures count as infinite: the bound that falls among them is infinite, too.
func TestWithinLeansOnInfinity(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	xs := autoregressive(rng, 1000, 0)
	for i := range xs {
		if rng.Float64() < 0.05 {
			xs[i] = math.Inf(1)
		}
	}
	if w := NewSeries(xs).Within(0.95, 0.95); math.IsInf(w.Lower, 1) || !math.IsInf(w.Upper, 1) {
		t.Errorf("p95 with 5 %% lost: %+v", w)
	}
}
