package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The wanted values were made with SciPy 1.17.1, by the calls in the comments; st is scipy.stats.
func TestMannWhitney(t *testing.T) {
	check := func(what string, xs, ys []float64, u, p float64) {
		t.Helper()
		gotU, gotP := MannWhitney(xs, ys)
		near(t, what+": U", gotU, u, 0)
		near(t, what+": p", gotP, p, 1e-12)
	}
	// st.mannwhitneyu(b, a, method="exact")
	check("apart", armA, armB, 35, 0.004329004329004329)
	check("mixed", []float64{2, 3, 5, 8}, []float64{1, 4, 6, 7, 9}, 12, 0.7301587301587302)
	// with ties: method=st.PermutationMethod(n_resamples=10**6), which goes through all of them
	check("ties", []float64{1, 2, 3, 4, 4}, []float64{3, 4, 4, 5, 6, 6}, 25.5, 0.0735930735930736)
	check("more ties", []float64{1, 2, 2, 3}, []float64{2, 2, 3, 3}, 11, 0.6571428571428571)
	// method="asymptotic"
	var xs, ys, tiedX, tiedY []float64
	for i := range 40 {
		if i < 35 {
			xs = append(xs, float64(i*37%101)/10)
		}
		ys = append(ys, float64(i*53%101)/10+2)
		tiedX, tiedY = append(tiedX, float64(i*7%10)), append(tiedY, float64(i*3%10+1))
	}
	check("many", xs, ys, 946, 0.00912216877044292)
	check("many ties", tiedX, tiedY, 952, 0.14306161215911414)

	check("all equal", []float64{1, 1}, []float64{1, 1, 1}, 3, 1)
	check("infinite ones", []float64{1, 2, math.Inf(1)}, []float64{math.Inf(1), 3, 4}, 6.5, 0.5)
	check("none", nil, []float64{1}, math.NaN(), math.NaN())
}

// The least p of R against R is 2/C(2R, R): 0.1, 0.0286, 0.0079 for 3, 4, 5.
func TestMannWhitneySmallestP(t *testing.T) {
	for n, want := range map[int]float64{3: 2.0 / 20, 4: 2.0 / 70, 5: 2.0 / 252, 30: 2 / 1.1826458156486e17} {
		var low, high []float64
		for i := range n {
			low, high = append(low, float64(i)), append(high, float64(n+i))
		}
		if _, p := MannWhitney(low, high); math.Abs(p/want-1) > 1e-12 {
			t.Errorf("%d against %d: p = %v, want %v", n, n, p, want)
		}
	}
}

// Exact and approximate p agree where the limit between them lies.
func TestMannWhitneyApproximation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		xs, ys := make([]float64, 30), make([]float64, 30)
		for i := range xs {
			xs[i], ys[i] = float64(rng.IntN(40)), float64(rng.IntN(40)+5)
		}
		u, exact := MannWhitney(xs, ys)
		if approximate := approximateU(u, doubledRanks(xs, ys), 30, 30); math.Abs(approximate-exact) > 0.01 {
			t.Errorf("U = %v: exact p %v, approximate %v", u, exact, approximate)
		}
	}
}

// statsmodels 0.14: multipletests(ps, method="holm")[1]
func TestHolm(t *testing.T) {
	for i, want := range []float64{0.04, 0.09, 0.09, 0.025, 0.5} {
		near(t, "adjusted p", Holm([]float64{0.01, 0.04, 0.03, 0.005, 0.5})[i], want, 1e-15)
	}
	if got := Holm([]float64{0.8, 0.9}); got[0] != 1 || got[1] != 1 {
		t.Errorf("Holm of large ones = %v, want 1 and 1", got)
	}
	if len(Holm(nil)) != 0 {
		t.Error("Holm of none is some")
	}
}
