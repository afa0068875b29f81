// Package instrument grades what was measured by what the client that measured it may have added: the certificate of
// docs/instrument.md. It sees results, not requests: how far a statistic may be wrong is computed from records, in
// metrics. It corrects nothing. A grade never says that a server is good or bad.
package instrument

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// Limits of the half of an interval. Below the finest, no relative one is asked for.
const (
	finestMs      = 0.05
	okShare       = 0.01
	degradedShare = 0.05
)

// fault is why something is not ok.
type fault struct {
	grade  result.Grade
	reason string
}

// Certify grades each metric of a level and the level as a whole.
func Certify(l *result.Level) {
	in := l.Instrument
	found := slices.Concat(gradeMetrics(l), gradeStamps(in), gradeCalibration(l))
	for _, check := range checks {
		check(l, func(g result.Grade, reason string, args ...any) {
			found = append(found, fault{g, fmt.Sprintf(reason, args...)})
		})
	}
	in.Grade, in.Reasons = verdict(found)
}

// gradeMetrics grades each metric. Of several that have the same grade for the same cause it returns one fault.
func gradeMetrics(l *result.Level) []fault {
	var all []fault
	place := map[fault]int{}
	for _, name := range graded {
		m, ok := l.Metrics[name]
		if !ok || m.Instrument == nil {
			continue
		}
		grade, words, cause := errorOf(l.Instrument, m)
		m.Instrument.Grade, m.Instrument.Reasons = grade, []string{}
		if grade == result.OK {
			continue
		}
		m.Instrument.Reasons = []string{words + ": " + cause}
		if i, ok := place[fault{grade, cause}]; ok {
			all[i].reason += ", " + name
			continue
		}
		place[fault{grade, cause}] = len(all)
		all = append(all, fault{grade, cause + ": " + name + " (" + words + ")"})
	}
	return all
}

// gradeStamps judges what all stamps have in common.
func gradeStamps(in *result.Instrument) []fault {
	if in.Stamps == "kernel" || in.Lag != nil {
		return nil
	}
	return []fault{{result.Degraded, "stamps are the client's own, and nothing here tells how late they are"}}
}

// graded are those metrics that a grade is made of, in the order in which a report lists them.
var graded = []string{"ttft", "ttfa", "itl", "icl", "stall", "tpot", "tpot_n1", "e2e"}

// verdict is the worst grade and all reasons, the gravest first.
func verdict(found []fault) (result.Grade, []string) {
	grade, reasons := result.OK, []string{}
	for _, want := range []result.Grade{result.Invalid, result.Degraded} {
		for _, f := range found {
			if f.grade == want {
				grade = result.Worst(grade, want)
				reasons = append(reasons, f.reason)
			}
		}
	}
	return grade, reasons
}

// errorOf judges the error on a metric: that of its worst statistic which has enough samples behind it to mean anything.
// It says how wrong that is, and what widens the interval.
func errorOf(in *result.Instrument, m result.Metric) (worst result.Grade, words, cause string) {
	worst = result.OK
	share := 0.0
	for _, stat := range result.EndsNames {
		x, e := m.Served.At(stat), m.Instrument.Served.At(stat)
		if x == nil || e == nil || slices.Contains(m.Served.Unsupported, stat) {
			continue
		}
		half := (e[1] - e[0]) / 2
		g := gradeOf(half, *x)
		if s := half / max(*x, finestMs); g != result.OK && (g == result.Worst(g, worst) && g != worst || s > share) {
			worst, share = g, s
			words = fmt.Sprintf("%s %s ms lies in [%s, %s]", label(stat), brief(*x), brief(e[0]), brief(e[1]))
		}
	}
	return worst, words, because(in, m)
}

// gradeOf judges half of an interval around a value, in milliseconds.
func gradeOf(half, value float64) result.Grade {
	switch {
	case half <= max(finestMs, okShare*value):
		return result.OK
	case half <= degradedShare*value:
		return result.Degraded
	}
	return result.Invalid
}

// because says what widens the intervals of a metric.
func because(in *result.Instrument, m result.Metric) string {
	var causes []string
	if in.Merged > 0 {
		causes = append(causes, fmt.Sprintf("%d chunks were read late and came merged", in.Merged))
	}
	if in.Lag != nil && in.Lag.P99 != nil {
		causes = append(causes, fmt.Sprintf("stamps may be %s ms late (p99)", brief(*in.Lag.P99)))
	}
	if late := in.Lateness; m.Start == "scheduled" && late != nil && late.P99 != nil && *late.P99 > finestMs {
		causes = append(causes, fmt.Sprintf("requests went %s ms late (p99)", brief(*late.P99)))
	}
	if len(causes) == 0 {
		if m.Start == "" {
			return "some chunks came together with what is no content, such as the end of the stream"
		}
		return "sending took long, or the last chunk came together with the end of the stream"
	}
	return strings.Join(causes, ", ")
}

// label is a statistic's name for people.
func label(stat string) string { return strings.ReplaceAll(stat, "_", ".") }

// brief is a number for a sentence: three digits.
func brief(x float64) string {
	if math.Abs(x) >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}
