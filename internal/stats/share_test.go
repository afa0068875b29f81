package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// None of n: the upper bound is 1 - 0.025^(1/n), 1 % at n = 367.03. SciPy 1.17.1: st.binomtest(3, 100).proportion_ci()
// is [0.006229971538306394, 0.08517605297428165].
func TestShareInterval(t *testing.T) {
	lower, upper := Share{Above: 0.03, N: 100, ESS: 100}.Interval(0.95)
	near(t, "lower of 3 of 100", lower, 0.006229971538306394, 1e-9)
	near(t, "upper of 3 of 100", upper, 0.08517605297428165, 1e-9)
	lower, upper = Share{N: 367, ESS: 367.03}.Interval(0.95)
	near(t, "lower of none", lower, 0, 0)
	near(t, "upper of none of 367", upper, 0.01, 1e-6)
	lower, upper = Share{Above: 1, N: 10, ESS: 10}.Interval(0.95)
	near(t, "lower of all of 10", lower, 0.6915028921812392, 1e-9) // 0.025^(1/10)
	near(t, "upper of all", upper, 1, 0)
	if lower, upper = (Share{}).Interval(0.95); lower != 0 || upper != 1 {
		t.Errorf("of nothing: [%v, %v]", lower, upper)
	}
}

// Of 100 none is above: 368 would tell that 1 % is not reached, 36 that 10 % is not. At the very share nothing tells.
func TestShareNeeded(t *testing.T) {
	if n := (Share{N: 100, ESS: 100}).Needed(0.01, 0.95); n < 367 || n > 372 {
		t.Errorf("%d samples are needed for 1 %%, want about 368", n)
	}
	// Half as many effective samples take twice as many samples.
	if n := (Share{N: 100, ESS: 50}).Needed(0.01, 0.95); n < 734 || n > 744 {
		t.Errorf("%d dependent samples are needed for 1 %%, want about 735", n)
	}
	if n := (Share{Above: 0.01, N: 100, ESS: 100}).Needed(0.01, 0.95); n != 0 {
		t.Errorf("at the limit %d are needed", n)
	}
	if n := (Share{}).Needed(0.01, 0.95); n != 0 {
		t.Errorf("of nothing %d are needed", n)
	}
}

// 500 samples of a process of which 5 % are above the limit, as TestWithinCovers has it: 90 % are promised, three standard
// errors below are 85 %. A share of more than that may be taken for less in 2.5 % of cases: 300 of 1 - 0.025 at most 7 and
// three standard errors (2.7).
func TestAboveCovers(t *testing.T) {
	for _, rho := range []float64{0, 0.5, 0.8} {
		rng := rand.New(rand.NewPCG(3, uint64(100*rho)))
		const sims = 300
		covered, low := 0, 0
		for range sims {
			lower, upper := NewSeries(autoregressive(rng, 500, rho)).Above(1.6448536, 0.95, 0.95).Interval(0.95)
			if lower <= 0.05 && 0.05 <= upper {
				covered++
			}
			if upper < 0.05 {
				low++
			}
		}
		if covered < 255 || low > 15 {
			t.Errorf("rho %v: %d of %d intervals cover, %d are too low", rho, covered, sims, low)
		}
	}
}

// One cell has no spread, and no degrees of freedom: it is worth one sample, which says that 5 % are exceeded if it is
// above, and nothing otherwise.
func TestAboveOfOneCell(t *testing.T) {
	check := func(s *Series, limit, above, lower, upper float64) {
		t.Helper()
		got := s.Above(limit, 0.95, 0.95)
		l, u := got.Interval(0.95)
		if got.Above != above || got.ESS != 1 || math.Abs(l-lower) > 1e-9 || math.Abs(u-upper) > 1e-9 {
			t.Errorf("%+v in [%v, %v], want %v in [%v, %v]", got, l, u, above, lower, upper)
		}
	}
	check(NewSeries([]float64{3}), 5, 0, 0, 0.975)
	check(NewSeries([]float64{3}), 2, 1, 0.025, 1)
	check(NewSeries([]float64{math.Inf(1)}), 5, 1, 0.025, 1)
	check(NewCells([][]float64{{1, 2, 3, 4}}), 5, 0, 0, 0.975)
	if got := NewCells([][]float64{{1, 2, 3, 4}}).Above(2, 0.95, 0.95); got.Above != 0.5 || got.ESS != 1 {
		t.Errorf("half of one cell: %+v", got)
	}
}

// However few samples, however they lie in their cells, endless and equal ones among them: every question has an answer.
func TestTinySeriesHaveAnswers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	values := []float64{0, 1, 1, 2, math.Inf(1)}
	for range 5000 {
		cells := make([][]float64, 1+rng.IntN(14))
		for range 1 + rng.IntN(14) {
			c := rng.IntN(len(cells))
			cells[c] = append(cells[c], values[rng.IntN(len(values))])
		}
		s := NewCells(cells)
		for _, q := range []float64{0.5, 0.99} {
			share := s.Above(1, q, 0.95)
			if lower, upper := share.Interval(0.95); !(0 <= lower && lower <= upper && upper <= 1) || !(share.ESS > 0) {
				t.Fatalf("%v: %+v in [%v, %v]", cells, share, lower, upper)
			}
			if w := s.Within(q, 0.95); !(w.ESS > 0) || w.TooCorrelated != math.IsNaN(w.Lower) {
				t.Fatalf("%v: %+v", cells, w)
			}
		}
	}
}

func TestAbove(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	free := NewSeries(autoregressive(rng, 1000, 0)).Above(10, 0.99, 0.95)
	bound := NewSeries(autoregressive(rng, 1000, 0.8)).Above(10, 0.99, 0.95)
	if free.Above != 0 || free.ESS < 900 || free.ESS > 1000 || bound.Above != 0 || bound.ESS > 500 {
		t.Errorf("none above: %+v of independent samples, %+v of dependent ones", free, bound)
	}
	ten := make([]float64, 10)
	for i := range ten {
		ten[i] = 5000 + rng.Float64()
	}
	if lower, _ := NewSeries(ten).Above(500, 0.95, 0.95).Interval(0.95); lower <= 0.05 {
		t.Errorf("ten of ten far above: at least %v are, want more than 5 %%", lower)
	}
	walk := autoregressive(rng, 300, 0.999)
	if _, upper := NewSeries(walk).Above(100, 0.95, 0.95).Interval(0.95); upper <= 0.05 {
		t.Errorf("a random walk says that at most %v are above what it has not reached", upper)
	}
	if s := NewSeries(nil).Above(1, 0.5, 0.95); s != (Share{}) {
		t.Errorf("of nothing: %+v", s)
	}
	pooled := Pooled([]Share{{0.1, 100, 50}, {0.3, 300, 100}})
	near(t, "pooled", pooled.Above, 0.25, 1e-12)
	near(t, "pooled ess", pooled.ESS, 150, 0)
}
