package splleed

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// account is what results are made of. A run keeps it, and its journal gives it back.
type account struct {
	b         Benchmark // with its defaults
	points    []point
	transport string     // name of the kind
	head      result.Run // what results say beside the levels
	trials    []trial
	spill     *record.Spill // of the arrivals of all records

	percentiles []float64 // beside those that are always there

	calibrations []*result.Calibration // by level; nil unless asked for
	loops        int                   // event loops of the wire; 0 for goroutines
	gc           string                // what was chosen for the garbage collector; "" for nothing
}

// trial is what came of one pass over the levels; a level that did not run has no records.
type trial struct {
	serverStart string
	order       []int
	levels      []metrics.Trial
}

// results puts together what the trials found.
func (r *run) results() *Results {
	r.head = r.heading()
	if r.written != nil { // it is complete by now
		r.head.Identity.JournalHash = r.written.sum()
	}
	return r.account.results()
}

// heading is what results say beside the levels.
func (r *run) heading() result.Run {
	out := result.Run{
		SchemaVersion: result.SchemaVersion,
		Engine:        r.b.Backend.Engine(), Model: or(r.server.Model, "unknown"), Simulated: r.server.Simulated,
		Timestamp: result.Time{Time: or(r.ended, time.Now().UTC())},
		Config:    r.config(),
		NTrials:   r.b.Trials,
		Warnings:  r.warnings,
		Identity:  r.identity(),
	}
	out.Environment, out.GPU = r.environment()
	return out
}

// results are the heading and all levels.
func (r *account) results() *Results {
	out := r.head
	out.Warnings = append([]string{}, out.Warnings...) // of its own; a list in JSON, also where there are none
	out.Results, out.Order = []result.Level{}, [][]int{}
	place := map[int]int{} // of a level in the results
	for i := range r.points {
		if ran := r.ran(i); len(ran) > 0 {
			place[i] = len(out.Results)
			out.Results = append(out.Results, r.describe(i, ran))
			r.judge(&out, r.measurement(i, ran))
		}
	}
	for _, t := range r.trials {
		out.Order = append(out.Order, t.ran(place))
	}
	if r.b.Trials > 1 {
		r.addTrials(&out)
	}
	if len(r.b.Precision) > 0 {
		out.Precision = r.precision(r.trialsByLevel())
	}
	out.Interrupted = r.unfinished()
	for _, err := range r.spill.Close() { // all that was wanted of it is computed
		out.Warnings = append(out.Warnings, err.Error())
	}
	return &Results{out}
}

// ran are the trials of level i that measured anything: one that was stopped while it warmed up has no window, and
// would take that of the others from them.
func (r *account) ran(i int) []metrics.Trial {
	var ran []metrics.Trial
	for _, t := range r.trials {
		if slices.ContainsFunc(t.levels[i].Records, measured) {
			ran = append(ran, t.levels[i])
		}
	}
	return ran
}

// completed are the trials of level i that ran to its end: those that can stand for each other.
func (r *account) completed(i int) []metrics.Trial {
	return slices.DeleteFunc(r.ran(i), func(t metrics.Trial) bool { return !t.Complete })
}

// ran are the levels that the trial measured, in the order they ran, by their places.
func (t trial) ran(places map[int]int) []int {
	order := []int{}
	for _, i := range t.order {
		if place, known := places[i]; known && slices.ContainsFunc(t.levels[i].Records, measured) {
			order = append(order, place)
		}
	}
	return order
}

func measured(rec *record.Record) bool { return rec.Phase == record.Measured }

// describe is level i over the given trials.
func (r *account) describe(i int, trials []metrics.Trial) result.Level {
	p := r.points[i]
	out := metrics.Describe(r.measurement(i, trials))
	if p.concurrency > 0 {
		out.Concurrency = &p.concurrency
	}
	if p.open() {
		out.ArrivalRate = &p.rate
	}
	out.Instrument.Loops, out.Instrument.GC = r.loops, r.gc
	if r.calibrations != nil {
		out.Instrument.Calibration = r.calibrations[i]
	}
	r.attest(&out, trials)
	out.Interrupted = slices.ContainsFunc(trials, func(t metrics.Trial) bool { return !t.Complete })
	out.Warnings = levelWarnings(out)
	return out
}

// measurement is level i over the given trials, for metrics.
func (r *account) measurement(i int, trials []metrics.Trial) metrics.Level {
	p := r.points[i]
	l := metrics.Level{Trials: trials, Open: p.open(), SLO: r.b.SLO.metrics(), Percentiles: r.percentiles, Confidence: r.b.ConfidenceLevel, EarlyStopping: r.b.EarlyStopping}
	if p.open() {
		l.Cap = p.concurrency
	} else {
		l.Slots = p.concurrency
	}
	return l
}

func (s SLO) metrics() metrics.SLO {
	return metrics.SLO{TTFT: s.TTFTMs, TPOT: s.TPOTMs, ITL: s.ITLMs, E2E: s.E2ELMs}
}

// addTrials adds each trial by itself, and the intervals over trials.
func (r *account) addTrials(out *result.Run) {
	out.TrialResults, out.AggregatedResults = []result.Trial{}, []result.Aggregate{}
	completed := make([][]result.Level, len(r.points))
	for n, t := range r.trials {
		one := result.Trial{TrialIndex: n, ServerStart: t.serverStart, ConcurrencyResults: []result.Level{}}
		place := map[int]int{} // of a level among those that this trial measured
		for i, level := range t.levels {
			if !slices.ContainsFunc(level.Records, measured) {
				continue
			}
			place[i] = len(one.ConcurrencyResults)
			described := r.describe(i, []metrics.Trial{level})
			one.ConcurrencyResults = append(one.ConcurrencyResults, described)
			if level.Complete {
				completed[i] = append(completed[i], described)
			}
		}
		one.Order = t.ran(place)
		out.TrialResults = append(out.TrialResults, one)
	}
	for i, trials := range completed {
		if len(r.ran(i)) > 0 {
			r.aggregate(out, i, trials)
		}
	}
}

// aggregate adds the intervals of level i over its completed trials, and warns of its pooled results where these drift.
func (r *account) aggregate(out *result.Run, i int, trials []result.Level) {
	var halves [][2]result.Level
	for _, t := range r.completed(i) {
		halves = append(halves, metrics.Halves(r.measurement(i, []metrics.Trial{t})))
	}
	a := metrics.Aggregate(trials, halves, r.b.ConfidenceLevel)
	pooled := &out.Results[len(out.AggregatedResults)] // both lists have the levels that some trial measured
	a.Concurrency, a.ArrivalRate = pooled.Concurrency, pooled.ArrivalRate
	pooled.Warnings = append(pooled.Warnings, drifted(a.Drift)...)
	out.AggregatedResults = append(out.AggregatedResults, a)
}

// unfinished reports whether some level of the plan did not run to its end.
func (r *account) unfinished() bool {
	missing := len(r.points) * r.b.Trials
	for _, t := range r.trials {
		for _, level := range t.levels {
			if level.Complete {
				missing--
			}
		}
	}
	return missing > 0
}

// config is the configuration that was run, with its defaults; without the prompts, unless the user wants them kept.
func (r *run) config() json.RawMessage {
	b := r.b
	if !b.SavePrompts {
		b.Prompts = nil
		b.Mix, b.Trace = slices.Clone(b.Mix), nil
		for i := range b.Mix {
			b.Mix[i].Prompts = nil
		}
	}
	data, err := json.Marshal(b)
	if err != nil {
		data, _ = json.Marshal(map[string]string{"error": err.Error()})
	}
	return data
}

// verdict is what makes results of a complete run an error: too many failures, a grade that strict does not take, or
// goals that are missed. The first of them is told.
func (r *Results) verdict(b Benchmark) error {
	if err := r.failedTooOften(*b.MaxErrorRate); err != nil {
		return err
	}
	if err := r.distrusted(); b.Strict && err != nil {
		return err
	}
	return b.FailOn.left(r.missed())
}

// distrusted is an *InstrumentError where some level's grade is not ok.
func (r *Results) distrusted() error {
	e := &InstrumentError{}
	for _, l := range r.Results {
		if l.Instrument != nil && l.Instrument.Grade != result.OK {
			e.Levels = append(e.Levels, fmt.Sprintf("%s: %s", levelName(l), l.Instrument.Grade))
		}
	}
	if len(e.Levels) == 0 {
		return nil
	}
	return e
}

// failedTooOften is a *TooManyFailures where some level failed more often than the limit, over all trials.
func (r *Results) failedTooOften(limit float64) error {
	e := &TooManyFailures{Limit: limit}
	for _, l := range r.Results {
		if float64(l.NumFailed) > limit*float64(l.NumRequests) {
			e.Levels = append(e.Levels, FailedLevel{levelName(l), l.NumFailed, l.NumRequests})
		}
	}
	if len(e.Levels) == 0 {
		return nil
	}
	return e
}

func levelName(l result.Level) string {
	p := point{}
	if l.Concurrency != nil {
		p.concurrency = *l.Concurrency
	}
	if l.ArrivalRate != nil {
		p.rate = *l.ArrivalRate
	}
	return p.String()
}
