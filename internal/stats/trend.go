package stats

import "math"

// Trend is the slope of the straight line through ys, which are one step apart, by least squares: Σ(i - c)(y - mean)/Σ(i -
// c)², with the standard error √(Σ residual²/(n - 2)/Σ(i - c)²) and n - 2 degrees of freedom (Draper and Smith, Applied
// Regression Analysis, 1998). It needs three.
func Trend(ys []float64) Difference {
	n := float64(len(ys))
	if n < 3 {
		return Difference{Mean: math.NaN(), StdErr: math.NaN(), DF: math.NaN()}
	}
	mean, center, squares := Mean(ys), (n-1)/2, n*(n*n-1)/12
	slope, rest := 0.0, 0.0
	for i, y := range ys {
		slope += (float64(i) - center) * (y - mean) / squares
	}
	for i, y := range ys {
		rest += sq(y - mean - slope*(float64(i)-center))
	}
	return Difference{Mean: slope, StdErr: math.Sqrt(rest / (n - 2) / squares), DF: n - 2}
}
