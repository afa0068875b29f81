package splleed

import (
	"sync"

	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/search"
)

// watcher follows the requests of a probe and ends it when it has seen enough. What a request says is taken in
// the order in which requests began, each once all before it have ended: those that end first are the fast ones.
type watcher struct {
	goals  []metrics.Goal
	level  metrics.Level
	enough func()

	mu      sync.Mutex
	watch   *search.Watch
	begun   []*record.Record
	landed  map[*record.Record]bool // of begun, from next on
	next    int                     // the first of begun that has not ended
	flying  int                     // requests of every phase in flight
	decided search.Verdict          // Undecided while the probe is to go on
	grew    bool                    // what decided it is that the number in flight grows
	looking bool                    // a look is being taken
	ended   bool                    // the probe has ended: looks come too late
}

func newWatcher(goals []metrics.Goal, level metrics.Level, enough func()) *watcher {
	var allowed []float64
	for _, g := range goals {
		allowed = append(allowed, g.Allowed)
	}
	return &watcher{goals: goals, level: level, enough: enough, watch: search.NewWatch(allowed), landed: map[*record.Record]bool{}}
}

func (w *watcher) arrived(r *record.Record, phase record.Phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if phase == record.Measured {
		w.watch.Arrived(w.flying)
		w.begun = append(w.begun, r)
	}
	w.flying++
	w.look()
}

func (w *watcher) finished(r *record.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flying--
	if r.Phase != record.Measured {
		return
	}
	w.landed[r] = true
	for w.next < len(w.begun) && w.landed[w.begun[w.next]] {
		w.take(w.begun[w.next])
		delete(w.landed, w.begun[w.next])
		w.next++
	}
	w.look()
}

// take hands on what a request says of each goal; one that was cut off when the probe was decided says nothing.
func (w *watcher) take(r *record.Record) {
	if !r.OK() && r.Failure.Type == record.Cancelled {
		return
	}
	samples := make([][]float64, len(w.goals))
	for i, g := range w.goals {
		samples[i] = w.level.Multiples(g, r)
	}
	w.watch.Ended(samples)
}

// look takes a look where one is due, beside the load: it takes too long for the load to wait.
func (w *watcher) look() {
	if w.decided != search.Undecided || w.looking || !w.watch.Due() {
		return
	}
	w.looking = true
	go w.judge(w.watch.Seen())
}

func (w *watcher) judge(seen *search.Watch) {
	v, enough := seen.Enough()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looking = false
	if enough && !w.ended {
		w.decided, w.grew = v, seen.Unstable()
		w.enough()
	}
}

// account is what the probe came to.
func (w *watcher) account() (result.SearchProbe, search.Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	verdict := w.decided
	if verdict == search.Undecided {
		verdict = w.watch.Verdict()
	}
	return result.SearchProbe{
		Requests: w.watch.Requests(), Verdict: verdict.String(), Unstable: w.grew || w.watch.Unstable(), Misses: w.watch.Shares(),
	}, verdict
}
