package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is an estimate of a mean with its confidence interval.
type Interval struct {
	Mean         float64 // arithmetic mean; NaN of nothing
	Lower, Upper float64 // NaN with fewer than two samples
	Std          float64 // of the sample; NaN with fewer than two
	N            int
}

// TInterval is Student's t interval: mean ± t(1 - (1-level)/2, n - 1) s/√n, with the exact quantile at any level
// (Student, The probable error of a mean, 1908).
func TInterval(xs []float64, level float64) Interval {
	iv := Interval{Mean: Mean(xs), Std: Std(xs), N: len(xs), Lower: math.NaN(), Upper: math.NaN()}
	if len(xs) >= 2 {
		half := tQuantile(level, len(xs)-1) * iv.Std / math.Sqrt(float64(len(xs)))
		iv.Lower, iv.Upper = iv.Mean-half, iv.Mean+half
	}
	return iv
}

// LogTInterval is the t interval of the logarithms, taken back: for positive quantities whose spread grows with their
// size, such as latencies. Its bounds are positive and lie around the geometric mean. Samples that have no logarithm
// make it a plain TInterval.
func LogTInterval(xs []float64, level float64) Interval {
	logs := make([]float64, len(xs))
	for i, x := range xs {
		if x <= 0 {
			return TInterval(xs, level)
		}
		logs[i] = math.Log(x)
	}
	iv := TInterval(logs, level)
	return Interval{Mean: Mean(xs), Std: Std(xs), N: len(xs), Lower: math.Exp(iv.Lower), Upper: math.Exp(iv.Upper)}
}

func tQuantile(level float64, df int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(1 - (1-level)/2)
}
