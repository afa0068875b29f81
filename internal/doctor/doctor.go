// Package doctor says what this machine can measure, and what to do about what it can't: a list of checks, each with a
// verdict and advice. Judging is apart from looking: a check is a pure function of what was found.
package doctor

import (
	"fmt"
	"strings"
)

// Verdict is what a finding means for measuring.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warn    Verdict = "warn"    // figures are less sure, or loads smaller
	Bad     Verdict = "bad"     // don't measure like this
	Unknown Verdict = "unknown" // the system does not tell
)

// Check is one thing that was looked at.
type Check struct {
	Name    string         `json:"name"`
	Verdict Verdict        `json:"verdict"`
	Found   string         `json:"found"`             // in words
	Advice  string         `json:"advice,omitempty"`  // what to do about it
	Figures map[string]any `json:"figures,omitempty"` // what the words are made of; null where the system does not tell
}

// Report is all that was looked at.
type Report struct {
	SplleedVersion string  `json:"splleed_version"`
	Target         *string `json:"target"` // null without one
	Verdict        Verdict `json:"verdict"`
	Checks         []Check `json:"checks"`
}

// NewReport puts checks together under the worst of their verdicts.
func NewReport(version string, target *string, checks []Check) Report {
	r := Report{version, target, OK, checks}
	for _, c := range checks {
		if c.Verdict == Bad || c.Verdict == Warn && r.Verdict == OK {
			r.Verdict = c.Verdict
		}
	}
	return r
}

// judge is a verdict by limits on a figure that should be low.
func judge(x, warn, bad float64) Verdict {
	switch {
	case x > bad:
		return Bad
	case x > warn:
		return Warn
	}
	return OK
}

// when gives advice only where something is wrong.
func (c Check) when(advice string) Check {
	if c.Verdict == Warn || c.Verdict == Bad {
		c.Advice = advice
	}
	return c
}

// unknown is a check of what the system does not tell.
func unknown(name, found string) Check { return Check{Name: name, Verdict: Unknown, Found: found} }

// count is a number as people read it: 28,232.
func count(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	var parts []string
	for len(s) > 3 {
		parts, s = append([]string{s[len(s)-3:]}, parts...), s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}

// milliseconds is a time as people read it, to a microsecond.
func milliseconds(ms float64) string { return fmt.Sprintf("%.3f ms", ms) }
