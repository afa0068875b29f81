package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// waves are 150 values without chance, the first 20 of them 4 higher.
func waves() []float64 {
	xs := make([]float64, 150)
	for i := range xs {
		xs[i] = math.Sin(float64(i * i % 97))
		if i < 20 {
			xs[i] += 4
		}
	}
	return xs
}

// The wanted values were made with NumPy 2.4.6. For the cut and the bias:
//
//	z = x.reshape(-1, 5).mean(axis=1)
//	d = np.argmin([((z[d:] - z[d:].mean())**2).sum()/(30 - d)**2 for d in range(11)])
//	5*d, x.mean() - x[5*d:].mean()
//
// For the statistic, whose variance is that of the batches:
//
//	half = x[75:]; v = 7*half[:70].reshape(10, -1).mean(axis=1).var(ddof=1)
//	np.sqrt(45/v)/150**1.5*((1 - np.arange(1, 151)/150)*np.cumsum(x.mean() - x)).sum()
func TestTransient(t *testing.T) {
	got, ok := FindTransient(waves())
	near(t, "bias", got.Bias, 0.5500851716764701, 1e-12)
	if !ok || got.Cut != 20 || !got.Shown || got.Lasts {
		t.Errorf("%+v, want a cut of 20 and a steady state after it", got)
	}
	near(t, "variance", longVariance(waves()[75:]), 0.6683055464619315, 1e-12)
	near(t, "statistic", initialBias(waves()), -14.742361651805101, 1e-10)
}

// In truth it is (1 + 0.8)/(1 - 0.8) = 9 times that of a sample. Batches of ten alone see 9 - 2·0.8(1 - 0.8¹⁰)/(10·0.2²) = 5.4
// of that.
func TestVarianceKnowsMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	mean := 0.0
	for range 200 {
		mean += longVariance(autoregressive(rng, 100, 0.8)) / 200
	}
	if mean < 6.5 || mean > 12 {
		t.Errorf("variance %.2f, want about 9", mean)
	}
}

// cuts is how often the cut leaves 5 % of a planted bias at most: so many of the first samples of 500 are higher by so
// many standard deviations.
func cuts(rho, height float64, length int) float64 {
	rng := rand.New(rand.NewPCG(1, uint64(length)))
	const runs = 200
	good := 0
	for range runs {
		xs := autoregressive(rng, 500, rho)
		for i := range length {
			xs[i] += height
		}
		found, _ := FindTransient(xs)
		left := float64(max(length-found.Cut, 0)) / float64(500-found.Cut)
		if left <= 0.05*float64(length)/500 {
			good++
		}
	}
	return float64(good) / runs
}

func TestTransientStepsAreCut(t *testing.T) {
	for _, rho := range []float64{0, 0.5, 0.8} {
		for _, length := range []int{25, 60, 150} {
			if share := min(cuts(rho, 3, length), cuts(rho, -3, length)); share < 0.95 {
				t.Errorf("a step of %d at rho %v: cut in %.3f of 200 runs", length, rho, share)
			}
		}
	}
}

func TestTransientOfStationary(t *testing.T) {
	for _, rho := range []float64{0, 0.5, 0.8} {
		rng := rand.New(rand.NewPCG(3, uint64(100*rho)))
		shown := 0
		for range 200 {
			found, _ := FindTransient(autoregressive(rng, 500, rho))
			if 3*found.Cut > 500 {
				t.Fatalf("%d of 500 are cut", found.Cut)
			}
			if found.Shown {
				shown++
			}
		}
		if shown > 10 { // 1 % is wanted
			t.Errorf("rho %v: a transient in %d of 200 stationary series", rho, shown)
		}
	}
}

// A step that is longer than what may be cut, and a ramp over the whole series, have no steady state.
func TestNoSteadyState(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	step, ramp := autoregressive(rng, 500, 0.5), autoregressive(rng, 500, 0.5)
	for i := range step {
		if i < 250 {
			step[i] += 6
		}
		ramp[i] += 10 * float64(i) / 500
	}
	for what, xs := range map[string][]float64{"step": step, "ramp": ramp} {
		if found, _ := FindTransient(xs); !found.Shown || !found.Lasts {
			t.Errorf("%s: %+v, want no steady state", what, found)
		}
	}
}

func TestTransientOfConstants(t *testing.T) {
	xs := make([]float64, 100)
	for i := range xs {
		xs[i] = 0.1
	}
	if found, ok := FindTransient(xs); !ok || found.Shown || math.Abs(found.Bias) > 1e-12 {
		t.Errorf("of constants: %+v", found)
	}
	for i := range 5 {
		xs[i] = 0.5
	}
	if found, _ := FindTransient(xs); found.Cut != 5 || !found.Shown || found.Lasts || math.Abs(found.Bias-0.02) > 1e-12 {
		t.Errorf("of constants after five others: %+v, want a cut of 5 and a bias of 0.02", found)
	}
	if _, ok := FindTransient(xs[:99]); ok {
		t.Error("99 samples are enough")
	}
}
