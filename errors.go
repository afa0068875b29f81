package splleed

import (
	"fmt"
	"strings"
)

// TooManyFailures says that the run was complete, but that more requests of some level failed than MaxErrorRate allows.
// Run returns it together with the results.
type TooManyFailures struct {
	Limit  float64 // the share of failed requests that was allowed
	Levels []FailedLevel
}

// FailedLevel is a level in which too many requests failed.
type FailedLevel struct {
	Level  string // "concurrency 8"
	Failed int
	Total  int // measured requests
}

func (e *TooManyFailures) Error() string {
	levels := make([]string, len(e.Levels))
	for i, l := range e.Levels {
		levels[i] = fmt.Sprintf("%d of %d at %s", l.Failed, l.Total, l.Level)
	}
	return fmt.Sprintf("too many failed requests: %s (allowed: %g %%)", strings.Join(levels, ", "), 100*e.Limit)
}

// InstrumentError says that Strict was asked for and that some level's grade is not ok: its figures may be about the
// client. Run returns it together with the results.
type InstrumentError struct {
	Levels []string // "concurrency 8: degraded"
}

func (e *InstrumentError) Error() string {
	return "the instrument is not ok: " + strings.Join(e.Levels, ", ")
}
