package schedule

import (
	"math"
	"strings"
	"time"
)

func parseBursts(text string, mean float64) (Shape, error) {
	onText, offText, _ := strings.Cut(text, "/")
	on, err := parseTime(onText)
	if err != nil {
		return Shape{}, err
	}
	off, err := parseTime(offText)
	if err != nil {
		return Shape{}, err
	}
	return bursts(on, off, mean), nil
}

// bursts switch between a rate of mean × (on + off) / on and silence, beginning with the burst.
func bursts(on, off time.Duration, mean float64) Shape {
	period := (on + off).Seconds()
	rate := mean * period / on.Seconds()
	return Shape{Begin: rate, Mean: mean, due: func(n float64) float64 {
		cycles := math.Floor(n / (mean * period))
		return cycles*period + (n-cycles*mean*period)/rate
	}}
}
