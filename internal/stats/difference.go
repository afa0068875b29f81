package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Difference is an estimate of how much larger one mean is than another, with Student's t around it. What is asked of
// it (is it zero, is it within a margin, is it below a limit) are its methods. Of logarithms, it is that of a ratio.
type Difference struct {
	Mean   float64
	StdErr float64 // 0 where nothing varies; NaN with too few samples
	DF     float64 // degrees of freedom
}

// Welch is mean(ys) - mean(xs) of independent samples whose spreads may differ: standard error √(s²x/nx + s²y/ny), and
// the degrees of freedom of Welch and Satterthwaite, (vx + vy)²/(vx²/(nx-1) + vy²/(ny-1)) with v = s²/n (Welch, The
// generalization of "Student's" problem, Biometrika 34, 1947). It needs two samples of each.
func Welch(xs, ys []float64) Difference {
	if len(xs) < 2 || len(ys) < 2 {
		return Difference{Mean: Mean(ys) - Mean(xs), StdErr: math.NaN(), DF: math.NaN()}
	}
	nx, ny := float64(len(xs)), float64(len(ys))
	vx, vy := sq(Std(xs))/nx, sq(Std(ys))/ny
	d := Difference{Mean: Mean(ys) - Mean(xs), StdErr: math.Sqrt(vx + vy), DF: nx + ny - 2}
	if d.StdErr > 0 {
		d.DF = sq(vx+vy) / (sq(vx)/(nx-1) + sq(vy)/(ny-1))
	}
	return d
}

// Paired is the mean of ys[i] - xs[i]: Student's t of the n differences, with n - 1 degrees of freedom. It needs lists
// of one length, and takes out what both of a pair share, such as the hour.
func Paired(xs, ys []float64) Difference {
	deltas := make([]float64, len(xs))
	for i := range xs {
		deltas[i] = ys[i] - xs[i]
	}
	n := float64(len(deltas))
	return Difference{Mean: Mean(deltas), StdErr: Std(deltas) / math.Sqrt(n), DF: n - 1}
}

// Logs are the natural logarithms, for Welch, Paired and TInterval on the log scale; nil where a sample has none.
func Logs(xs []float64) []float64 {
	logs := make([]float64, len(xs))
	for i, x := range xs {
		if !(x > 0) || math.IsInf(x, 1) {
			return nil
		}
		logs[i] = math.Log(x)
	}
	return logs
}

// Interval is the two-sided confidence interval at a level such as 0.95.
func (d Difference) Interval(level float64) (lower, upper float64) {
	return d.Lower((1 + level) / 2), d.Upper((1 + level) / 2)
}

// Lower and Upper are one-sided confidence bounds: mean ± t(level) · standard error.
func (d Difference) Lower(level float64) float64 { return d.Mean - d.reach(level) }

// Upper is the upper one of Lower.
func (d Difference) Upper(level float64) float64 { return d.Mean + d.reach(level) }

func (d Difference) reach(level float64) float64 {
	if math.IsNaN(d.StdErr) {
		return math.NaN()
	}
	return studentsT(d.DF).Quantile(level) * d.StdErr
}

// P is the two-sided p value of the hypothesis that there is no difference.
func (d Difference) P() float64 { return min(1, 2*min(d.PBelow(0), d.PAbove(0))) }

// PBelow is the p value of the hypothesis that the difference is at least the limit: a small one shows that it is
// below. With it non-inferiority is decided.
func (d Difference) PBelow(limit float64) float64 { return d.tail(d.Mean - limit) }

// PAbove is the p value of the hypothesis that the difference is at most the limit: a small one shows that it is above.
func (d Difference) PAbove(limit float64) float64 { return d.tail(limit - d.Mean) }

// tail is the probability of a distance this low or lower where the true one is zero.
func (d Difference) tail(distance float64) float64 {
	switch {
	case math.IsNaN(d.StdErr):
		return math.NaN()
	case d.StdErr > 0:
		return studentsT(d.DF).CDF(distance / d.StdErr)
	case distance < 0:
		return 0
	}
	return 1
}

// PSame is the p value of the hypothesis that the difference is outside of (lower, upper): two one-sided tests, the
// larger of their p values (Schuirmann, A comparison of the two one-sided tests procedure …, 1987).
func (d Difference) PSame(lower, upper float64) float64 { return max(d.PAbove(lower), d.PBelow(upper)) }

// manyDF are so many degrees of freedom that t quantiles are the normal distribution's, to a few parts in ten thousand.
const manyDF = 1e4

// Needed is how many times as many samples would set the difference apart from a limit, at a one-sided level and with
// the probability power, if means and spreads stay: the least k with (t(level, k·df) + t(power, k·df)) ≤
// √k · |mean - limit| / standard error (Lachin, Introduction to sample size determination and power analysis for clinical
// trials, 1981, with t in place of the normal distribution). Below 1, the samples at hand are more than enough. It is +Inf where the mean is
// at the limit, NaN with too few samples.
func (d Difference) Needed(limit, level, power float64) float64 {
	distance := math.Abs(d.Mean-limit) / d.StdErr
	switch {
	case math.IsNaN(d.StdErr):
		return math.NaN()
	case d.Mean == limit:
		return math.Inf(1)
	case d.StdErr == 0:
		return 0
	}
	// No t quantile is below the normal one, and with many degrees of freedom they are one.
	low := sq((distuv.UnitNormal.Quantile(level) + distuv.UnitNormal.Quantile(power)) / distance)
	if low*d.DF > manyDF {
		return low
	}
	enough := func(k float64) bool {
		t := studentsT(max(k*d.DF, 1))
		return t.Quantile(level)+t.Quantile(power) <= math.Sqrt(k)*distance
	}
	high := low
	for !enough(high) {
		low, high = high, 2*high
	}
	for high-low > 1e-3*high {
		if middle := (low + high) / 2; enough(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

func studentsT(df float64) distuv.StudentsT { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df} }

func sq(x float64) float64 { return x * x }
