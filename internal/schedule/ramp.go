package schedule

import (
	"errors"
	"math"
	"strings"
	"time"
)

func parseRamp(text string, _ float64) (Shape, error) {
	from, to, length, err := parseSlope(text)
	if err == nil && max(from, to) == 0 {
		err = errors.New("one rate must be more than 0")
	}
	if err != nil {
		return Shape{}, err
	}
	return ramp(from, to, length), nil
}

func parseExpRamp(text string, _ float64) (Shape, error) {
	from, to, length, err := parseSlope(text)
	if err == nil && min(from, to) == 0 {
		err = errors.New("both rates must be more than 0")
	}
	if err != nil {
		return Shape{}, err
	}
	return expRamp(from, to, length), nil
}

// parseSlope reads FROM..TO/TIME.
func parseSlope(text string) (from, to float64, length time.Duration, err error) {
	rates, lengthText, _ := strings.Cut(text, "/")
	fromText, toText, _ := strings.Cut(rates, "..")
	var errs [3]error
	from, errs[0] = parseRate(fromText)
	to, errs[1] = parseRate(toText)
	length, errs[2] = parseTime(lengthText)
	return from, to, length, errors.Join(errs[:]...)
}

// ramp is a rate of from + (to - from) × t/length, and then to. With c = (to - from)/length, n arrivals are expected when
// from×t + c×t²/2 = n, so at t = 2n / (from + √(from² + 2cn)): the form of the root that stands c = 0.
func ramp(from, to float64, length time.Duration) Shape {
	seconds := length.Seconds()
	c := (to - from) / seconds
	s := Shape{Begin: from, Mean: (from + to) / 2, Length: length}
	s.due = then(to, seconds, s.Mean*seconds, func(n float64) float64 {
		if n == 0 {
			return 0
		}
		return 2 * n / (from + math.Sqrt(max(from*from+2*c*n, 0)))
	})
	return s
}

// expRamp is a rate of from × (to/from)^(t/length), and then to. With k = ln(to/from)/length, its integral is
// from × (e^(kt) - 1)/k.
func expRamp(from, to float64, length time.Duration) Shape {
	if from == to {
		return ramp(from, to, length)
	}
	seconds := length.Seconds()
	k := math.Log(to/from) / seconds
	s := Shape{Begin: from, Mean: (to - from) / (k * seconds), Length: length}
	s.due = then(to, seconds, s.Mean*seconds, func(n float64) float64 { return math.Log1p(n*k/from) / k })
	return s
}

// then goes on at a rate where a shape that lasts some seconds has had all its expected arrivals; a rate of 0 has no more.
func then(rate, seconds, all float64, due func(float64) float64) func(float64) float64 {
	return func(n float64) float64 {
		switch {
		case n <= all:
			return due(n)
		case rate == 0:
			return math.Inf(1)
		}
		return seconds + (n-all)/rate
	}
}
