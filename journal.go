package splleed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// A journal holds an account: its records, and notes of what they do not say.
const (
	noteRun   = "run"   // a runNote: when the first trial begins, and again at the end
	noteTrial = "trial" // a trialNote: when a trial begins
	noteLevel = "level" // a levelNote: when a level has ended
)

// journalVersion is raised when an older splleed would read a journal wrongly.
const journalVersion = 1

type runNote struct {
	Journal   int        `json:"journal"`
	Complete  bool       `json:"complete"` // nothing follows
	Transport string     `json:"transport"`
	Loops     int        `json:"loops,omitempty"` // at the end
	GC        string     `json:"gc,omitempty"`    // at the end
	Results   result.Run `json:"results"`         // without levels

	Calibrations []*result.Calibration `json:"calibrations,omitempty"` // by level, at the end
}

type trialNote struct {
	Trial       int    `json:"trial"`
	ServerStart string `json:"server_start,omitempty"`
	Order       []int  `json:"order"` // indexes of levels, ascending by load
}

type levelNote struct {
	Trial  int           `json:"trial"`
	Level  int           `json:"level"`
	Window metrics.Trial `json:"window"`
}

// noteTrial notes that a trial begins.
func (r *run) noteTrial(n int) {
	if r.journal == nil {
		return
	}
	if n == 0 {
		r.noteRun()
	}
	r.journal.Note(noteTrial, trialNote{n, r.trials[n].serverStart, r.trials[n].order})
}

// noteRun notes what the run is, as far as that is known.
func (r *run) noteRun() {
	if r.journal != nil {
		r.journal.Note(noteRun, r.runNote(false))
	}
}

func (r *run) runNote(complete bool) runNote {
	return runNote{journalVersion, complete, r.transport, r.loops, r.gc, r.heading(), r.calibrations}
}

// noteLevel notes that a level has ended.
func (r *run) noteLevel(n, i int) {
	if r.journal != nil {
		r.journal.Note(noteLevel, levelNote{n, i, r.trials[n].levels[i]})
	}
}

// noteEnd notes that the run has ended.
func (r *run) noteEnd() {
	r.ended = time.Now().UTC()
	if len(r.trials) > 0 {
		r.journal.Note(noteRun, r.runNote(true))
	}
}

// readAccount reads a journal. What is damaged costs nothing else: the account's warnings say what is missing.
func readAccount(r io.Reader) (*account, error) {
	j := &journalReader{windows: map[place]metrics.Trial{}}
	hash := sha256.New()
	damage, err := record.ReadJournal(io.TeeReader(r, hash), record.Reader{Record: j.record, Note: j.note})
	switch {
	case err != nil:
		return nil, err
	case j.account == nil && j.orphans > 0:
		return nil, errors.New("the journal says nothing of its run: is its first line lost?")
	case j.account == nil:
		return nil, errors.New("not a journal of splleed, or one of a run that ended before it began")
	}
	j.closeLevels()
	j.warn(damage)
	j.account.head.Identity.JournalHash = known(hex.EncodeToString(hash.Sum(nil)))
	return j.account, nil
}

// journalReader makes an account of a journal's lines.
type journalReader struct {
	*account
	windows  map[place]metrics.Trial // of the levels that ended
	complete bool
	orphans  int // records that no trial or level is known for
	openEnds int // levels that were cut off
}

type place struct{ trial, level int }

func (j *journalReader) note(kind string, data json.RawMessage) error {
	switch kind {
	case noteRun:
		var n runNote
		if err := json.Unmarshal(data, &n); err != nil {
			return err
		}
		return j.heading(n)
	case noteTrial:
		var n trialNote
		if err := json.Unmarshal(data, &n); err != nil {
			return err
		}
		return j.begins(n)
	case noteLevel:
		var n levelNote
		if err := json.Unmarshal(data, &n); err != nil {
			return err
		}
		j.windows[place{n.Trial, n.Level}] = n.Window
	}
	return nil
}

// errManyRuns refuses what would be pooled though its loads differ, under the heading of one of them.
var errManyRuns = errors.New("another run begins there. The probes of a search are runs of their own: its results cannot be computed again, " +
	"only its requests be read. Journals of runs of one load are merged from a file each")

// begins takes up that a trial begins, which every trial does once.
func (j *journalReader) begins(n trialNote) error {
	t := j.trial(n.Trial)
	switch {
	case t == nil:
		return nil
	case len(t.order) > 0:
		return errManyRuns
	}
	t.serverStart, t.order = n.ServerStart, n.Order
	return nil
}

// heading takes up what a journal says of its run. What is said last holds.
func (j *journalReader) heading(n runNote) error {
	if n.Journal != journalVersion {
		return fmt.Errorf("a journal of version %d; this splleed reads version %d", n.Journal, journalVersion)
	}
	if j.complete {
		return errManyRuns
	}
	b, err := configured(n.Results)
	switch {
	case err != nil:
		return err
	case j.account == nil:
		j.account = &account{b: b, points: b.points(), spill: record.NewSpill(record.SpillLimit)}
	case len(b.Precision) > 0:
		j.b.Trials = b.Trials // the pilot says how many there are
	}
	j.loops, j.gc = n.Loops, n.GC
	if j.calibrations = n.Calibrations; n.Calibrations != nil && len(n.Calibrations) != len(j.points) {
		return fmt.Errorf("%d calibrations of %d levels", len(n.Calibrations), len(j.points))
	}
	j.transport, j.head, j.complete = n.Transport, n.Results, n.Complete
	return nil
}

// configured is the Benchmark of results, without its backend. Of its prompts only the number is known, which is all
// that the plan depends on.
func configured(head result.Run) (Benchmark, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(head.Config, &fields); err != nil {
		return Benchmark{}, fmt.Errorf("its configuration: %w", err)
	}
	delete(fields, "backend")
	data, err := json.Marshal(fields)
	if err != nil {
		return Benchmark{}, err
	}
	var b Benchmark
	if err := json.Unmarshal(data, &b); err != nil {
		return Benchmark{}, fmt.Errorf("its configuration: %w", err)
	}
	const most = 100_000_000 // requests; more is damage
	if n := head.Identity.PromptCount; n < 0 || n > most || b.Trials > most {
		return Benchmark{}, fmt.Errorf("its configuration: %d prompts, %d trials", n, b.Trials)
	}
	b.Prompts = make([]string, head.Identity.PromptCount)
	return b.withDefaults(), nil
}

// trial is a trial of the plan; nil where there is none of that number.
func (j *journalReader) trial(n int) *trial {
	if j.account == nil || n < 0 || n >= j.b.Trials {
		return nil
	}
	for len(j.trials) <= n {
		j.trials = append(j.trials, trial{order: []int{}, levels: make([]metrics.Trial, len(j.points))})
	}
	return &j.trials[n]
}

func (j *journalReader) record(r *record.Record, _ record.Point) error {
	t := j.trial(r.Trial)
	if t == nil || r.Level >= len(t.levels) {
		j.orphans++
		return nil
	}
	j.spill.Keep(&r.Arrivals)
	t.levels[r.Level].Records = append(t.levels[r.Level].Records, r)
	return nil
}

// closeLevels gives each level its window: as noted, or for one that was cut off from its first to its last measured
// start.
func (j *journalReader) closeLevels() {
	for n := range j.trials {
		for i := range j.trials[n].levels {
			level := &j.trials[n].levels[i]
			window, ended := j.windows[place{n, i}]
			if !ended && len(level.Records) > 0 {
				j.openEnds++
				window = seen(level.Records)
			}
			window.Records = level.Records
			*level = window
		}
	}
}

// seen is the window of a level that was cut off.
func seen(records []*record.Record) metrics.Trial {
	t := metrics.Trial{T0: record.Unset, T1: record.Unset}
	for _, r := range records {
		if r.Phase != record.Measured || !r.Sent.Set() {
			t.FullSwing = t.FullSwing || r.Phase == record.Warmup
			continue
		}
		if !t.T0.Set() || r.Sent < t.T0 {
			t.T0 = r.Sent
		}
		t.T1 = max(t.T1, r.Sent+1)
	}
	return t
}

func (j *journalReader) warn(d record.Damage) {
	say := func(format string, args ...any) {
		j.head.Warnings = append(slices.Clip(j.head.Warnings), fmt.Sprintf(format, args...))
	}
	if n := len(d.Lines); n > 0 {
		say("the journal is damaged: %d lines cannot be read (the first is line %d); what they held is missing here", n, d.Lines[0])
	}
	if d.Cut {
		say("the journal's last line is cut short; its request is missing here")
	}
	if !j.complete {
		say("the journal ends before its run did: only what it holds is here")
	}
	if j.openEnds > 0 {
		say("%d levels were cut off: their windows are from the first to the last measured start that is known", j.openEnds)
	}
	if j.orphans > 0 {
		say("%d requests belong to no level of the run and are left out", j.orphans)
	}
}
