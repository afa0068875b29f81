package stats

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > tol {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// The wanted values are numpy.quantile's of the same lists.
func TestQuantile(t *testing.T) {
	xs := []float64{1, 2, 4, 8, 16}
	near(t, "p0", Quantile(xs, 0), 1, 0)
	near(t, "p50", Quantile(xs, 0.5), 4, 0)
	near(t, "p90", Quantile(xs, 0.9), 12.8, 1e-12)
	near(t, "p99", Quantile(xs, 0.99), 15.68, 1e-12)
	near(t, "p100", Quantile(xs, 1), 16, 0)
	near(t, "of one", Quantile([]float64{7}, 0.99), 7, 0)
	near(t, "of none", Quantile(nil, 0.5), math.NaN(), 0)
}

func TestQuantileLeansOnInfinity(t *testing.T) {
	xs := []float64{1, 2, 3, math.Inf(1)}
	near(t, "p50", Quantile(xs, 0.5), 2.5, 0)
	if got := Quantile(xs, 0.95); !math.IsInf(got, 1) {
		t.Errorf("p95 = %v, want +Inf", got)
	}
	if got := Quantile(append(xs, math.Inf(1), math.Inf(1)), 0.95); !math.IsInf(got, 1) {
		t.Errorf("p95 between two infinite samples = %v, want +Inf", got)
	}
	// (n-1) q = 2 exactly: the infinite sample is next, but has no weight.
	near(t, "p66.7", Quantile(xs, 2.0/3), 3, 1e-12)
}

func TestMoments(t *testing.T) {
	xs := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	near(t, "mean", Mean(xs), 5, 0)
	near(t, "std", Std(xs), math.Sqrt(32.0/7), 1e-12)
	near(t, "std of one", Std(xs[:1]), math.NaN(), 0)
}

func TestMinSamples(t *testing.T) {
	for q, want := range map[float64]int{0.5: 6, 0.9: 36, 0.95: 72, 0.99: 368, 0.999: 3688} {
		if got := MinSamples(q); got != want {
			t.Errorf("MinSamples(%v) = %d, want %d", q, got, want)
		}
	}
}

// SciPy 1.17.1: t.interval(.95, 5, np.mean(a), sem(a)), and t.ppf.
func TestTInterval(t *testing.T) {
	iv := TInterval(armA, 0.95)
	near(t, "mean", iv.Mean, 25.366666666666667, 1e-12)
	near(t, "lower", iv.Lower, 24.766864238351523, 1e-8)
	near(t, "upper", iv.Upper, 25.966469094981804, 1e-8)
	near(t, "t at 99 %", tQuantile(0.99, 4), 4.604094871349992, 1e-8)
	near(t, "t at 50 %", tQuantile(0.50, 9), 0.7027221467513264, 1e-8)
	one := TInterval([]float64{5}, 0.95)
	near(t, "lower of one", one.Lower, math.NaN(), 0)
}

// SciPy 1.17.1: np.exp(t.interval(.99, 5, l.mean(), sem(l))) of l = np.log(a).
func TestLogTInterval(t *testing.T) {
	of := LogTInterval(armA, 0.99)
	near(t, "lower of six", of.Lower, 24.44167393, 1e-7)
	near(t, "upper of six", of.Upper, 26.31559177, 1e-7)
	// Logs are 0, ln 10, 2 ln 10: geometric mean 10, and the bounds are its multiples by exp(±t s/√3), s = ln 10.
	iv := LogTInterval([]float64{1, 10, 100}, 0.95)
	factor := math.Exp(4.30265 * math.Ln10 / math.Sqrt(3))
	near(t, "mean", iv.Mean, 37, 1e-12)
	near(t, "lower", iv.Lower, 10/factor, 1e-5)
	near(t, "upper", iv.Upper, 10*factor, 1)
	if iv := LogTInterval([]float64{0, 1, 2}, 0.95); iv.Lower >= 0 {
		t.Errorf("lower of samples with a zero = %v, want the plain interval's, below 0", iv.Lower)
	}
}
