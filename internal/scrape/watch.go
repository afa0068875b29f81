package scrape

import (
	"context"
	"maps"
	"time"
)

// Watcher reads a server's metrics at an interval. How it reads and what it takes for the time is up to whoever makes it.
type Watcher struct {
	Read     func(context.Context) (Snapshot, error)
	Now      func() time.Duration // since the run's epoch
	Interval time.Duration
	Settles  bool // there are counters that come to rest when the load has ended
}

// Course is what a Watcher saw of a level.
type Course struct {
	Shots   []Snapshot `json:"shots,omitempty"`
	Failed  int        `json:"failed,omitempty"` // readings that brought nothing
	Example string     `json:"example,omitempty"`
	Settled bool       `json:"settled,omitempty"` // before and after the load the server was at rest: no request in it, and in the end no counter moved
}

// Watch is a course under way.
type Watch struct {
	Watcher
	Course
	cancel context.CancelFunc
	done   chan struct{}
}

// Start reads once, before the load starts, and then at every interval until Stop.
func (w Watcher) Start(ctx context.Context) *Watch {
	watch := &Watch{Watcher: w, done: make(chan struct{})}
	watch.shoot(ctx)
	ctx, watch.cancel = context.WithCancel(ctx)
	go watch.run(ctx)
	return watch
}

func (w *Watch) run(ctx context.Context) {
	defer close(w.done)
	ticker := time.NewTicker(w.Interval) // a slow answer costs the ticks that it takes
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil { // also where a tick has come meanwhile
			return
		}
		w.shoot(ctx)
	}
}

// shoot takes a snapshot. One that was cut off is no failure.
func (w *Watch) shoot(ctx context.Context) bool {
	asked := w.Now()
	shot, err := w.Read(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.Failed++
			w.Example = err.Error()
		}
		return false
	}
	answered := w.Now()
	shot.At, shot.Took = (asked+answered)/2, answered-asked
	w.Shots = append(w.Shots, shot)
	return true
}

// settleLimit is how long a server may take to come to rest. It may never do so: others may use it.
const settleLimit = time.Second

// Stop ends the watch once the load has ended, and returns what was seen. Unless ctx is over, it first reads until the
// server is at rest: engines abort what was cut off, and count what they have sent, a little later.
func (w *Watch) Stop(ctx context.Context) Course {
	w.cancel()
	<-w.done
	end := w.Now() + settleLimit
	for pause := 10 * time.Millisecond; ctx.Err() == nil && w.shoot(ctx); pause *= 2 {
		if w.Settled = w.Settles && w.atRest(); w.Settled || !w.Settles || w.Now() > end {
			break
		}
		sleep(ctx, pause)
	}
	return w.Course
}

// atRest reports whether the last two snapshots count the same, with no request in the server, as in the first.
func (w *Watch) atRest() bool {
	n := len(w.Shots)
	if n < 2 {
		return false
	}
	last, before := w.Shots[n-1], w.Shots[n-2]
	return w.Shots[0].idle() && last.idle() && maps.Equal(maps.Collect(last.counters()), maps.Collect(before.counters()))
}

func (s Snapshot) idle() bool { return s.Values[running]+s.Values[waiting] == 0 }

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
