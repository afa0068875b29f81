package schedule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func parseSine(text string, mean float64) (Shape, error) {
	periodText, depthText, _ := strings.Cut(text, "/")
	period, err := parseTime(periodText)
	if err != nil {
		return Shape{}, err
	}
	depth, err := strconv.ParseFloat(depthText, 64)
	if err != nil || !(depth >= 0 && depth <= 1) {
		return Shape{}, fmt.Errorf("%q is no depth (0 to 1)", depthText)
	}
	return sine(period, depth, mean), nil
}

// sine is a rate of mean × (1 + depth × sin(2πt/period)). Its integral, mean × (t + a × (1 - cos(t × 2π/period))) with
// a = depth × period/2π, is inverted by bisection: n/mean is at most 2a too late and never too early.
func sine(period time.Duration, depth, mean float64) Shape {
	omega := 2 * math.Pi / period.Seconds()
	a := depth / omega
	return Shape{Begin: mean, Mean: mean, due: func(n float64) float64 {
		low, high := n/mean-2*a, n/mean
		for range 60 {
			t := (low + high) / 2
			if t+a*(1-math.Cos(omega*t)) < n/mean {
				low = t
			} else {
				high = t
			}
		}
		return high
	}}
}
