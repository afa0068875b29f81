package stats

import (
	"math"
	"testing"
)

// The wanted values of this file were made with SciPy 1.17.1, by the calls in the comments; st is scipy.stats.
var (
	armA = []float64{25.1, 25.9, 24.7, 25.3, 26.2, 25.0}
	armB = []float64{26.4, 27.1, 26.0, 27.9, 26.6, 26.8}
)

// st.ttest_ind(np.log(b), np.log(a), equal_var=False) and its confidence_interval(0.95); with alternative="less" of b - ln 1.05.
func TestWelch(t *testing.T) {
	d := Welch(Logs(armA), Logs(armB))
	near(t, "difference", d.Mean, 0.054930063057551326, 1e-14)
	near(t, "statistic", d.Mean/d.StdErr, 4.07182446263905, 1e-10)
	near(t, "degrees of freedom", d.DF, 9.939804595099563, 1e-9)
	near(t, "p", d.P(), 0.0022717125138644956, 1e-10)
	lower, upper := d.Interval(0.95)
	near(t, "lower", lower, 0.02484714757322742, 1e-8)
	near(t, "upper", upper, 0.08501297854187523, 1e-8)
	near(t, "one-sided upper", d.Upper(0.95), 0.07939570987579087, 1e-8)
	near(t, "p of a slowdown", d.PAbove(0), 0.0011358562569322478, 1e-10)
	near(t, "p of none", d.PBelow(0), 0.9988641437430678, 1e-10)
	near(t, "p of less than 5 %", d.PBelow(math.Log(1.05)), 0.6706042370323065, 1e-9)
	// max of the one-sided p values of ttest_ind(b - ln 1.1, a, alternative="less") and (b + ln 1.1, a, "greater")
	near(t, "p of the same within 10 %", d.PSame(-math.Log(1.1), math.Log(1.1)), 0.0067922233851057424, 1e-10)

	// st.ttest_ind([3, 5, 4, 9, 7], [1, 2, 4], equal_var=False)
	d = Welch([]float64{1, 2, 4}, []float64{3, 5, 4, 9, 7})
	near(t, "df of 3 and 5", d.DF, 5.877545972435863, 1e-9)
	near(t, "p of 3 and 5", d.P(), 0.058198360502739487, 1e-9)
}

// st.ttest_rel(np.log(b), np.log(a))
func TestPaired(t *testing.T) {
	d := Paired(Logs(armA), Logs(armB))
	near(t, "statistic", d.Mean/d.StdErr, 4.905970577956256, 1e-10)
	near(t, "p", d.P(), 0.004451324927837656, 1e-10)
	lower, upper := d.Interval(0.95)
	near(t, "lower", lower, 0.0261483530814343, 1e-8)
	near(t, "upper", upper, 0.08371177303366717, 1e-8)
}

func TestDifferenceWithoutSpread(t *testing.T) {
	d := Welch([]float64{2, 2}, []float64{3, 3, 3})
	lower, upper := d.Interval(0.95)
	if d.Mean != 1 || lower != 1 || upper != 1 || d.P() != 0 || d.PBelow(1) != 1 || d.Needed(0, 0.95, 0.8) != 0 {
		t.Errorf("of constants: %+v, [%v, %v], p %v", d, lower, upper, d.P())
	}
	if same := Welch([]float64{2, 2}, []float64{2, 2}); same.P() != 1 || same.PSame(-0.02, 0.02) != 0 {
		t.Errorf("of equal constants: p %v, p of the same %v", same.P(), same.PSame(-0.02, 0.02))
	}
	for what, d := range map[string]Difference{"one sample": Welch([]float64{1}, []float64{1, 2}), "one pair": Paired([]float64{1}, []float64{2}), "none": Welch(nil, nil)} {
		if !math.IsNaN(d.P()) || !math.IsNaN(d.Upper(0.95)) || !math.IsNaN(d.Needed(0, 0.95, 0.8)) {
			t.Errorf("%s: p %v, upper %v, want NaN", what, d.P(), d.Upper(0.95))
		}
	}
}

func TestLogs(t *testing.T) {
	for _, x := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if Logs([]float64{1, x}) != nil {
			t.Errorf("%v has a logarithm", x)
		}
	}
}

// With many degrees of freedom t is normal: k = ((1.6449 + 0.8416)/distance)² = 6.1826/distance². At a distance of 2
// standard errors that is 1.546; and half the distance takes four times as many.
func TestNeeded(t *testing.T) {
	d := Difference{Mean: 0.02, StdErr: 0.01, DF: 1e6}
	near(t, "at two standard errors", d.Needed(0, 0.95, 0.8), 1.546, 0.004)
	near(t, "at one", d.Needed(0.01, 0.95, 0.8), 6.183, 0.01)
	near(t, "from above", d.Needed(0.03, 0.95, 0.8), 6.183, 0.01)
	near(t, "at the limit", d.Needed(0.02, 0.95, 0.8), math.Inf(1), 0)
	// SciPy 1.17.1: brentq of k: t.ppf(.95, 4k) + t.ppf(.8, 4k) - 2√k
	near(t, "with few degrees of freedom", Difference{0.02, 0.01, 4}.Needed(0, 0.95, 0.8), 1.9079095526594847, 0.004)
}

// However close the limit is, the answer comes at once: t quantiles of 1e18 degrees of freedom take minutes. From the
// iteration to the normal distribution there is no step.
func TestNeededNearTheLimit(t *testing.T) {
	d := Difference{Mean: 0.02, StdErr: 0.01, DF: 10}
	for distance := 1e-3; distance > 1e-15; distance /= 10 {
		near(t, "distance", d.Needed(0.02+distance, 0.95, 0.8)/(6.1826*sq(0.01/distance)), 1, 0.01)
	}
	k := func(distance float64) float64 { return d.Needed(0.02+distance, 0.95, 0.8) * sq(distance) }
	near(t, "around 1e4 degrees of freedom", k(7.8e-4)/k(7.9e-4), 1, 2e-3)
}
