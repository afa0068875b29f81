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
	SLO             *SLO      // other goals
	Percentiles     []float64 // further percentiles of every latency: 75, 99.5
	ConfidenceLevel float64   // of intervals over trials
	MaxErrorRate    *float64
}

// Rescore computes the results of a run again from its journal (Benchmark.Records), without a server. With a zero
// Scoring they are those of the run. A journal that is damaged, or whose run was killed, gives what it holds; the
// results' warnings say what is missing. The error can be a *TooManyFailures, beside results, as that of Run.
func Rescore(journal io.Reader, with Scoring) (*Results, error) { return Merge(with, journal) }

// Merge joins the journals of several runs of the same load into one: their trials are pooled and numbered anew. What
// differs between the runs is in the warnings; runs whose levels differ are an error.
func Merge(with Scoring, journals ...io.Reader) (*Results, error) {
	if err := with.validate(); err != nil {
		return nil, err
	}
	var all *account
	for i, journal := range journals {
		a, err := readAccount(journal)
		if err != nil {
			return nil, fmt.Errorf("journal %d of %d: %w", i+1, len(journals), err)
		}
		if all == nil {
			all = a
		} else if err := all.join(a); err != nil {
			return nil, fmt.Errorf("journal %d of %d: %w", i+1, len(journals), err)
		}
	}
	if all == nil {
		return nil, fmt.Errorf("no journals")
	}
	if err := all.score(with); err != nil {
		return nil, err
	}
	results := all.results()
	return results, results.failedTooOften(*all.b.MaxErrorRate)
}

func (s Scoring) validate() error {
	var bad invalid.Fields
	for i, p := range s.Percentiles {
		bad.Check(p > 0 && p < 100, fmt.Sprintf("percentiles[%d]", i), "is %g: want more than 0 and less than 100", p)
	}
	return bad.Err()
}

// score chooses anew.
func (a *account) score(with Scoring) error {
	if with.SLO != nil {
		a.b.SLO = *with.SLO
	}
	a.b.ConfidenceLevel = or(with.ConfidenceLevel, a.b.ConfidenceLevel)
	if with.MaxErrorRate != nil {
		a.b.MaxErrorRate = with.MaxErrorRate
	}
	a.percentiles = slices.Sorted(slices.Values(with.Percentiles))
	var bad invalid.Fields
	a.b.checkRuns(&bad)
	a.b.checkLimits(&bad)
	return bad.Err()
}

// join adds the trials of another run of the same load.
func (a *account) join(other *account) error {
	if id := a.firstID(); id != "" && id == other.firstID() {
		return errors.New("it is given twice")
	}
	if !reflect.DeepEqual(a.points, other.points) {
		return fmt.Errorf("its levels are not those of the first: %s, not %s", named(other.points), named(a.points))
	}
	a.head.Identity.JournalHash = nil // there are several
	a.head.Identity.ServerStarts = append(a.head.Identity.ServerStarts, other.head.Identity.ServerStarts...)
	for n, t := range other.trials {
		for _, level := range t.levels {
			for _, r := range level.Records {
				r.Trial = len(a.trials) + n
			}
		}
	}
	a.trials = append(a.trials, other.trials...)
	a.b.Trials += other.b.Trials
	a.head.NTrials = a.b.Trials
	load, setup := compare.Differences(&a.head, &other.head)
	for _, d := range slices.Concat(load, setup) {
		other.head.Warnings = append(slices.Clip(other.head.Warnings), fmt.Sprintf("pooled runs differ in %s: %q and %q", d.What, d.A, d.B))
	}
	for _, w := range other.head.Warnings {
		if !slices.Contains(a.head.Warnings, w) {
			a.head.Warnings = append(slices.Clip(a.head.Warnings), w)
		}
	}
	if other.head.Timestamp.After(a.head.Timestamp.Time) {
		a.head.Timestamp = other.head.Timestamp
	}
	return nil
}

// firstID names the first request on record: no other run has it.
func (a *account) firstID() string {
	for _, t := range a.trials {
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
