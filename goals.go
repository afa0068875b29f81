package splleed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/result"
)

// FailOn says which verdicts on goals or gates are an error, and set the exit code.
type FailOn string

// What is an error. What nobody can tell yet is no pass: it is an error unless that is accepted.
const (
	FailOnUndecided FailOn = "undecided" // a goal that is missed, or of which too little is known (default)
	FailOnFail      FailOn = "fail"      // a goal that is missed
	FailOnNever     FailOn = "never"     // none: verdicts stand in the results alone
)

// left is the error that is left of all that did not pass.
func (f FailOn) left(e *GateError) error {
	left := GateError{Failed: e.Failed}
	if f == "" || f == FailOnUndecided {
		left.Undecided = e.Undecided
	}
	if f == FailOnNever || len(left.Failed)+len(left.Undecided) == 0 {
		return nil
	}
	return &left
}

// Validate says what is wrong unless it is one of these, or none.
func (f FailOn) Validate() (bad FieldErrors) {
	known := []FailOn{"", FailOnUndecided, FailOnFail, FailOnNever}
	bad.Check(slices.Contains(known, f), "", "is %q: want undecided, fail or never", f)
	return bad
}

// checkGoals checks the goals of levels.
func checkGoals(bad *invalid.Fields, goals []string, on FailOn) {
	for i, text := range goals {
		_, err := metrics.ParseGoal(text)
		bad.Check(err == nil, fmt.Sprintf("goals[%d]", i), "%v", err)
	}
	bad.Under("fail_on", on.Validate())
}

// judge holds the last level of the results against the goals.
func (r *account) judge(out *result.Run, l metrics.Level) {
	level := &out.Results[len(out.Results)-1]
	for _, text := range r.b.Goals {
		g, err := metrics.ParseGoal(text)
		if err != nil { // of a journal that somebody has changed: configurations are checked
			continue
		}
		judged := l.Judge(g)
		level.Goals = append(level.Goals, judged)
		out.Verdict = result.WorstVerdict(out.Verdict, judged.Verdict)
	}
}

// missed are the goals of all levels that do not pass.
func (r *Results) missed() *GateError {
	e := &GateError{}
	for _, l := range r.Results {
		for _, g := range l.Goals {
			e.add(g.Goal, l, g.Verdict)
		}
	}
	return e
}

// GateError says that goals or gates failed, or that some are undecided. Run returns it together with the results.
type GateError struct {
	Failed    []string // "ttft_p99=500 at concurrency 8"
	Undecided []string
}

// add adds a gate at a level, unless it passes.
func (e *GateError) add(gate string, at Level, verdict result.Verdict) {
	name := fmt.Sprintf("%s at %s", gate, levelName(at))
	switch verdict {
	case result.Fail:
		e.Failed = append(e.Failed, name)
	case result.Undecided:
		e.Undecided = append(e.Undecided, name)
	}
}

func (e *GateError) Error() string {
	var words []string
	if len(e.Failed) > 0 {
		words = append(words, "failed: "+strings.Join(e.Failed, ", "))
	}
	if len(e.Undecided) > 0 {
		words = append(words, "undecided: "+strings.Join(e.Undecided, ", "))
	}
	return "gates " + strings.Join(words, "; ")
}
