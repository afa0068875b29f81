package splleed

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/compare"
	"github.com/splleed/splleed/internal/invalid"
)

// Scoring is what can be chosen anew when results are computed again. What is zero stays as the run had it.
type Scoring struct {
	SLO             *SLO      `json:"slo,omitempty"`              // other goals of requests
	Goals           []string  `json:"goals,omitempty"`            // other goals of levels: "ttft_p99=500"
	FailOn          FailOn    `json:"fail_on,omitempty"`          // which verdicts on them are an error
	Percentiles     []float64 `json:"percentiles,omitempty"`      // further percentiles of every latency: 75, 99.5
	ConfidenceLevel float64   `json:"confidence_level,omitempty"` // of intervals over trials
	MaxErrorRate    *float64  `json:"max_error_rate,omitempty"`
	EarlyStopping   bool      `json:"early_stopping,omitempty"` // also bound percentiles as MLPerf's LoadGen does
}

// Rescore computes the results of a run again from its journal (Benchmark.Records), without a server. With a zero
// Scoring they are those of the run. A journal that is damaged, or whose run was killed, gives what it holds; the
// results' warnings say what is missing. The error can be a *TooManyFailures or a *GateError, beside results, as that of
// Run.
func Rescore(journal io.Reader, with Scoring) (*Results, error) { return Merge(with, journal) }

// Merge joins the journals of several runs of the same load into one: their trials are pooled and numbered anew, in the
// order of time. What
// differs between the runs is in the warnings; runs whose levels differ are an error.
func Merge(with Scoring, journals ...io.Reader) (*Results, error) {
	if err := with.validate(); err != nil {
		return nil, err
	}
	var given []*account
	for i, journal := range journals {
		a, err := readAccount(journal)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", called(journals, i), err)
		}
		given = append(given, a)
	}
	if len(given) == 0 {
		return nil, errors.New("no journals")
	}
	inTime := slices.SortedStableFunc(slices.Values(given), func(a, b *account) int {
		return a.head.Timestamp.Compare(b.head.Timestamp.Time)
	})
	all := inTime[0]
	for _, a := range inTime[1:] {
		if err := all.join(a); err != nil {
			return nil, fmt.Errorf("%s: %w", called(journals, slices.Index(given, a)), err)
		}
	}
	if err := all.score(with); err != nil {
		return nil, err
	}
	results := all.results()
	all.b.Strict = false // the client is what it was
	return results, results.verdict(all.b)
}

// called is the name of a journal: that of its file, if it is one.
func called(journals []io.Reader, i int) string {
	if file, ok := journals[i].(interface{ Name() string }); ok {
		return file.Name()
	}
	return fmt.Sprintf("journal %d of %d", i+1, len(journals))
}

func (s Scoring) validate() error {
	var bad invalid.Fields
	for i, p := range s.Percentiles {
		bad.Check(p > 0 && p < 100, fmt.Sprintf("percentiles[%d]", i), "is %g: want more than 0 and less than 100", p)
	}
	checkGoals(&bad, s.Goals, s.FailOn)
	return bad.Err()
}

// score chooses anew.
func (r *account) score(with Scoring) error {
	if with.SLO != nil {
		r.b.SLO = *with.SLO
	}
	if with.Goals != nil {
		r.b.Goals = with.Goals
	}
	r.b.FailOn = or(with.FailOn, r.b.FailOn)
	r.b.ConfidenceLevel = or(with.ConfidenceLevel, r.b.ConfidenceLevel)
	if with.MaxErrorRate != nil {
		r.b.MaxErrorRate = with.MaxErrorRate
	}
	r.b.EarlyStopping = r.b.EarlyStopping || with.EarlyStopping
	r.percentiles = slices.Sorted(slices.Values(with.Percentiles))
	var bad invalid.Fields
	r.b.checkRuns(&bad)
	r.b.checkLimits(&bad)
	return bad.Err()
}

// join adds the trials of another run of the same load.
func (r *account) join(other *account) error {
	if id := r.firstID(); id != "" && id == other.firstID() {
		return errors.New("it is given twice")
	}
	if !reflect.DeepEqual(r.points, other.points) {
		return fmt.Errorf("its levels are not those of the first: %s, not %s", named(other.points), named(r.points))
	}
	r.head.Identity.JournalHash = nil // there are several
	if r.calibrations != nil || other.calibrations != nil {
		r.calibrations = nil
		other.head.Warnings = append(slices.Clip(other.head.Warnings), "calibrations are left out: each is of one of the pooled runs")
	}
	r.head.Identity.ServerStarts = append(r.head.Identity.ServerStarts, other.head.Identity.ServerStarts...)
	for n, t := range other.trials {
		for _, level := range t.levels {
			for _, rec := range level.Records {
				rec.Trial = len(r.trials) + n
			}
		}
	}
	r.trials = append(r.trials, other.trials...)
	r.b.Trials += other.b.Trials
	r.head.NTrials = r.b.Trials
	load, setup := compare.Differences(&r.head, &other.head)
	for _, d := range slices.Concat(load, setup) {
		other.head.Warnings = append(slices.Clip(other.head.Warnings), fmt.Sprintf("pooled runs differ in %s: %q and %q", d.What, d.A, d.B))
	}
	r.head.Warnings = union(r.head.Warnings, other.head.Warnings)
	if other.head.Timestamp.After(r.head.Timestamp.Time) {
		r.head.Timestamp = other.head.Timestamp
	}
	return nil
}

// firstID names the first request on record: no other run has it.
func (r *account) firstID() string {
	for _, t := range r.trials {
		for _, level := range t.levels {
			if len(level.Records) > 0 {
				return level.Records[0].ID
			}
		}
	}
	return ""
}

// named are load points in words.
func named(points []point) string {
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = fmt.Sprintf("%s (%d requests)", p, p.runs)
	}
	return strings.Join(words, ", ")
}
