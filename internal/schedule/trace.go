package schedule

import (
	"math"
	"time"
)

// Trace is arrivals at given times, in seconds, in order; after the last one there are none.
func Trace(times []float64) Arrivals {
	next := 0
	return func() time.Duration {
		if next == len(times) {
			return Never
		}
		next++
		return duration(times[next-1])
	}
}

// Never is when an arrival is due that does not come.
const Never time.Duration = math.MaxInt64
