package schedule

import (
	"errors"
	"strings"
	"time"
)

// stage is a constant rate for a time.
type stage struct {
	rate   float64
	length time.Duration
}

func parseStages(text string, _ float64) (Shape, error) {
	var all []stage
	for item := range strings.SplitSeq(text, ",") {
		rateText, lengthText, _ := strings.Cut(strings.TrimSpace(item), "/")
		rate, err := parseRate(rateText)
		if err != nil {
			return Shape{}, err
		}
		length, err := parseTime(lengthText)
		if err != nil {
			return Shape{}, err
		}
		all = append(all, stage{rate, length})
	}
	s := stages(all)
	if s.Mean == 0 {
		return s, errors.New("one rate must be more than 0")
	}
	return s, nil
}

// stages are constant rates, one after the other; the last one goes on.
func stages(all []stage) Shape {
	expected := 0.0
	s := Shape{Begin: all[0].rate}
	for _, st := range all {
		s.Length += st.length
		expected += st.rate * st.length.Seconds()
	}
	s.Mean = expected / s.Length.Seconds()
	last := all[len(all)-1].rate
	s.due = then(last, s.Length.Seconds(), expected, func(n float64) float64 {
		begin := 0.0
		for _, st := range all {
			seconds := st.length.Seconds()
			if arrivals := st.rate * seconds; n > arrivals {
				n, begin = n-arrivals, begin+seconds
			} else if st.rate > 0 {
				return begin + n/st.rate
			}
		}
		return begin
	})
	return s
}
