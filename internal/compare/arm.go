package compare

import (
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// arm is a run as a list of units: trials, and the server starts that they ran on.
type arm struct {
	run    *result.Run
	starts []string          // in order of first use
	units  [][]*result.Level // by start: the levels of its trials
	trials int
}

func newArm(r *result.Run) *arm {
	a := &arm{run: r}
	if len(r.TrialResults) == 0 {
		a.add(strings.Join(r.Identity.ServerStarts, " "), r.Results)
	}
	for _, t := range r.TrialResults {
		a.add(t.ServerStart, slices.DeleteFunc(slices.Clone(t.ConcurrencyResults), func(l result.Level) bool { return l.Interrupted }))
	}
	return a
}

// add adds a trial, unless it was stopped before it completed a level. Where nothing is known of the server's start, all
// trials are on one.
func (a *arm) add(start string, levels []result.Level) {
	if len(levels) == 0 {
		return
	}
	i := slices.Index(a.starts, start)
	if i < 0 {
		i = len(a.starts)
		a.starts, a.units = append(a.starts, start), append(a.units, nil)
	}
	for n := range levels {
		a.units[i] = append(a.units[i], &levels[n])
	}
	a.trials++
}

// values are the numbers of a level: one a start, the geometric mean over its trials, or one a trial.
func (a *arm) values(read reading, at *result.Level, byStart bool) []float64 {
	var values []float64
	for _, levels := range a.units {
		var trials []float64
		for _, l := range levels {
			if x, ok := read(l); ok && samePoint(l, at) {
				trials = append(trials, x)
			}
		}
		if !byStart {
			values = append(values, trials...)
		} else if len(trials) > 0 {
			values = append(values, middle(trials))
		}
	}
	return values
}

// middle is the geometric mean, the arithmetic one of what has no logarithms.
func middle(xs []float64) float64 {
	if logs := stats.Logs(xs); logs != nil {
		return math.Exp(stats.Mean(logs))
	}
	return stats.Mean(xs)
}

func hasPoint(r *result.Run, at *result.Level) bool {
	return slices.ContainsFunc(r.Results, func(l result.Level) bool { return samePoint(&l, at) })
}

// missing names the load points of another run that this one has not.
func missing(in, other *result.Run) (points []string) {
	for i := range other.Results {
		if at := &other.Results[i]; !hasPoint(in, at) {
			points = append(points, at.Point())
		}
	}
	return points
}

func samePoint(a, b *result.Level) bool {
	return equal(a.Concurrency, b.Concurrency) && equal(a.ArrivalRate, b.ArrivalRate)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// described is an arm for a report.
func (a *arm) described(name string) result.Arm {
	return result.Arm{
		Name: name, Engine: a.run.Engine, Version: a.run.Environment.Engine.ReportedVersion(), Model: a.run.Model, Simulated: a.run.Simulated,
		Trials: a.trials, Starts: len(a.starts),
	}
}
