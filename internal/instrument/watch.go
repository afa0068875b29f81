package instrument

import (
	"math"
	"runtime/metrics"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/steal"
)

// Watcher watches the client's machine while a level runs: counters before and after, clocks and a heartbeat between. It
// costs about a hundredth of a core, which it measures, too.
type Watcher struct {
	now    func() time.Duration
	begin  time.Duration
	before counters
	pauses []uint64
	beats  *beats // nil where the system has none
	clocks *clocks
	done   chan struct{}
	over   chan struct{}
}

// Seen is what a Watcher saw.
type Seen struct {
	Client result.ClientState
	Clocks result.Clocks
	Lag    *record.Lag
}

// Watch begins to watch. now counts from the run's epoch. own says that stamps are the client's own, whose lag a canary
// measures; remote that packets come from another machine or namespace, so that the kernel's stamps may be late, too.
func Watch(now func() time.Duration, own, remote bool) *Watcher {
	w := &Watcher{now: now, begin: now(), done: make(chan struct{}), over: make(chan struct{})}
	w.pauses = gcPauses()
	w.beats = startBeats(now, own, remote)
	w.clocks = newClocks(now)
	go w.sample()
	w.before = count()
	return w
}

// sampling is how often the clocks are read.
const sampling = 100 * time.Millisecond

func (w *Watcher) sample() {
	defer close(w.over)
	t := time.NewTicker(sampling)
	defer t.Stop()
	for {
		select {
		case <-w.done:
			return
		case <-t.C:
			w.clocks.sample()
		}
	}
}

// Stop ends the watch.
func (w *Watcher) Stop() Seen {
	after := count()
	close(w.done)
	<-w.over
	w.clocks.sample()
	took := (w.now() - w.begin).Seconds()
	s := Seen{Clocks: w.clocks.result()}
	s.Client = after.since(w.before, took)
	s.Client.DurationSec = took
	s.Client.GCPauseMaxMs = longestPause(w.pauses, gcPauses())
	waits := taken(w.before.threads, after.threads)
	if w.beats != nil {
		var own turns
		s.Lag, own = w.beats.stop(&s.Client, took)
		waits = waits.minus(own)
	}
	waits.tell(&s.Client)
	return s
}

// tell notes the waits for a core.
func (t turns) tell(c *result.ClientState) {
	waited := max(0, t.waited)
	c.RunDelayShare, c.RunDelayMs = known(waited/(max(0, t.ran)+waited)), known(1000*waited)
	c.RunDelayMeanMs = known(1000 * waited / max(0, t.times)) // not known of none
}

// counters are totals since some time ago; NaN where the system does not tell.
type counters struct {
	cpu       float64          // seconds that this process used
	threads   map[string]turns // of this process that live
	ticks     steal.Ticks
	throttled float64 // seconds
	squeezed  float64
	dropped   float64
	pruned    float64
	collapsed float64
	resent    float64
}

// since is what happened between two readings, in so many seconds.
func (c counters) since(b counters, took float64) (r result.ClientState) {
	r.CPUCores = known((c.cpu - b.cpu) / took)
	r.StealShare = known(c.ticks.Since(b.ticks))
	r.ThrottledMs = known(1000 * (c.throttled - b.throttled))
	r.SoftnetSqueezed, r.SoftnetDropped = whole(c.squeezed-b.squeezed), whole(c.dropped-b.dropped)
	r.RcvPruned, r.RcvCollapsed = whole(c.pruned-b.pruned), whole(c.collapsed-b.collapsed)
	r.Retransmits = whole(c.resent - b.resent)
	return r
}

// known is nil for what is not a number.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func whole(x float64) *int {
	if math.IsNaN(x) {
		return nil
	}
	n := int(x)
	return &n
}

const pausesName = "/sched/pauses/total/gc:seconds"

// gcPauses counts the pauses of the garbage collector so far, by length.
func gcPauses() []uint64 {
	s := []metrics.Sample{{Name: pausesName}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil
	}
	return s[0].Value.Float64Histogram().Counts
}

// longestPause is that between two counts, in ms, rounded up to the histogram's steps.
func longestPause(before, after []uint64) *float64 {
	s := []metrics.Sample{{Name: pausesName}}
	metrics.Read(s)
	if after == nil || len(before) != len(after) {
		return nil
	}
	buckets, longest := s[0].Value.Float64Histogram().Buckets, 0.0
	for i := range after {
		if after[i] == before[i] {
			continue
		}
		longest = buckets[i+1]
		if math.IsInf(longest, 1) {
			longest = buckets[i]
		}
	}
	longest *= 1000
	return &longest
}
