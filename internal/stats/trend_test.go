package stats

import (
	"math"
	"testing"
)

// SciPy 1.17.1: linregress(range(6), np.log(armA)), its slope, stderr and pvalue.
func TestTrend(t *testing.T) {
	d := Trend(Logs(armA))
	near(t, "slope", d.Mean, 0.001102582055329458, 1e-14)
	near(t, "standard error", d.StdErr, 0.005971487445669086, 1e-14)
	near(t, "p", d.P(), 0.8624940167029375, 1e-10)
	if line := Trend([]float64{1, 3, 5, 7}); line.Mean != 2 || line.P() != 0 {
		t.Errorf("of a line: %+v, p %v", line, line.P())
	}
	if flat := Trend([]float64{4, 4, 4}); flat.Mean != 0 || flat.P() != 1 {
		t.Errorf("of constants: %+v, p %v", flat, flat.P())
	}
	near(t, "p of two", Trend([]float64{1, 2}).P(), math.NaN(), 0)
}
