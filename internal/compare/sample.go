package compare

import (
	"fmt"
	"math"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// sample is one metric at one level in both arms, a number a unit.
type sample struct {
	a, b  []float64
	logs  bool // all have logarithms, so there is a ratio
	welch stats.Difference
	pairs *stats.Difference // nil where units were not taken in pairs
	note  string
}

func newSample(a, b []float64, paired bool) sample {
	s := sample{a: a, b: b}
	la, lb := stats.Logs(a), stats.Logs(b)
	switch {
	case len(a) == 0:
		s.note = "not measured in A"
		return s
	case len(b) == 0:
		s.note = "not measured in B"
		return s
	case la == nil || lb == nil:
		s.note = unbounded(a, b)
		return s
	}
	s.logs, s.welch = true, stats.Welch(la, lb)
	if paired && len(a) == len(b) && len(a) > 1 {
		d := stats.Paired(la, lb)
		s.pairs = &d
	}
	if len(a) < 2 || len(b) < 2 {
		s.note = "one of its kind: nothing says how much it varies"
	}
	return s
}

// unbounded says why there is no ratio.
func unbounded(a, b []float64) string {
	count := func(xs []float64) (n int) {
		for _, x := range xs {
			if math.IsInf(x, 1) {
				n++
			}
		}
		return n
	}
	if count(a)+count(b) == 0 {
		return "some are 0: no ratio"
	}
	return fmt.Sprintf("beyond the timeout in %d of %d and %d of %d", count(a), len(a), count(b), len(b))
}

func (s sample) mannWhitney() (u, p float64) {
	if len(s.a) < 2 || len(s.b) < 2 {
		return math.NaN(), math.NaN()
	}
	return stats.MannWhitney(s.a, s.b)
}

// bAbove reports whether B's numbers are rather above A's: by their means, else by the order alone.
func (s sample) bAbove() bool {
	if s.logs {
		return s.welch.Mean > 0
	}
	u, _ := s.mannWhitney()
	return u > float64(len(s.a)*len(s.b))/2
}

// p is what decides whether there is a difference: Welch on logarithms, else the order alone.
func (s sample) p() float64 {
	if s.logs {
		return s.welch.P()
	}
	_, p := s.mannWhitney()
	return p
}

// pSame is the p value that the difference is not inside a relative margin; NaN where there is no ratio.
func (s sample) pSame(margin float64) float64 {
	if !s.logs {
		return math.NaN()
	}
	return s.welch.PSame(-math.Log1p(margin), math.Log1p(margin))
}

// contrast is the sample for a report, without its verdict.
func (s sample) contrast(m metric, level, margin float64) result.Contrast {
	c := result.Contrast{Metric: m.name, Better: "lower", NA: len(s.a), NB: len(s.b), Verdict: result.Undecided, Note: s.note}
	if m.higher {
		c.Better = "higher"
	}
	if len(s.a) > 0 {
		c.A = number(middle(s.a))
	}
	if len(s.b) > 0 {
		c.B = number(middle(s.b))
	}
	c.P = number(s.p())
	_, p := s.mannWhitney()
	c.PMannWhitney = number(p)
	if !s.logs {
		return c
	}
	low, high := s.welch.Interval(level)
	c.Ratio, c.Low, c.High = number(math.Exp(s.welch.Mean)), number(math.Exp(low)), number(math.Exp(high))
	c.PSame = number(s.pSame(margin))
	if s.pairs != nil {
		c.PPaired = number(s.pairs.P())
	}
	return c
}

// number is x for JSON: nil where it is none.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
