package splleed

import (
	"fmt"
	"sync"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/transport"
)

// Progress tells how far a run is.
type Progress struct {
	Stage   string  `json:"stage"`             // "server", "warmup", "measure", "level_done", "precision"
	Message string  `json:"message,omitempty"` // in words: how far the server's start is; the figures of a finished level; the widths of intervals
	Level   string  `json:"level,omitempty"`   // "concurrency 8", "10 req/s"
	LevelNo int     `json:"level_no"`          // 1-based, over all trials
	Levels  int     `json:"levels"`            // levels × trials
	Trial   int     `json:"trial"`             // 1-based
	Trials  int     `json:"trials"`
	Done    int     `json:"done"`    // measured requests of the level that have ended
	Total   int     `json:"total"`   // measured requests of the level; 0 where its duration tells
	Failed  int     `json:"failed"`  // of Done
	ETASec  float64 `json:"eta_sec"` // for the whole run; 0 while unknown
}

// reporter tells the user's function how far the run is: at every turn of the run, and a few times a second between
// them. Requests only count; the telling is off the hot path.
type reporter struct {
	tell   func(Progress) // nil for nobody
	clock  transport.Clock
	all    int // measured requests of the whole run
	quit   chan struct{}
	ticker sync.WaitGroup

	telling sync.Mutex // held around tell; taken before mu, which requests need

	mu      sync.Mutex
	now     Progress
	done    int // measured requests of the whole run that have ended
	begin   time.Duration
	changed bool
}

// tellEvery is how often counts are told.
const tellEvery = 200 * time.Millisecond

func newReporter(tell func(Progress), clock transport.Clock, levels, trials, requests int) *reporter {
	r := &reporter{tell: tell, clock: clock, all: requests, quit: make(chan struct{})}
	r.now = Progress{Levels: levels * trials, Trials: trials}
	if tell != nil {
		r.ticker.Go(r.tick)
	}
	return r
}

func (r *reporter) tick() {
	t := time.NewTicker(tellEvery)
	defer t.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-t.C:
			r.mu.Lock()
			changed := r.changed
			r.mu.Unlock()
			if changed {
				r.report(func(*Progress) {})
			}
		}
	}
}

// report changes how things stand and tells it.
func (r *reporter) report(change func(*Progress)) {
	if r.tell == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.tell(r.standing(change))
}

// standing is how things stand after a change.
func (r *reporter) standing(change func(*Progress)) Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.now)
	if r.done > 0 && r.all > 0 {
		passed := (r.clock.Now() - r.begin).Seconds()
		r.now.ETASec = passed / float64(r.done) * float64(r.all-r.done)
	}
	now := r.now
	r.now.Message, r.changed = "", false
	return now
}

func (r *reporter) close() {
	close(r.quit)
	r.ticker.Wait()
}

// say tells in words what goes on with the server.
func (r *reporter) say(message string) {
	r.report(func(now *Progress) { now.Stage, now.Message = "server", message })
}

// precision tells in words how wide intervals are, and how many trials there will be.
func (r *reporter) precision(words string) {
	r.report(func(now *Progress) { now.Stage, now.Message = "precision", words })
}

// extend makes the run one of more trials.
func (r *reporter) extend(levels, trials int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = r.all / r.now.Trials * trials
	r.now.Levels, r.now.Trials = levels*trials, trials
}

// level begins a level.
func (r *reporter) level(p point, trial int) {
	r.report(func(now *Progress) {
		if r.begin == 0 {
			r.begin = r.clock.Now()
		}
		now.Stage, now.Level, now.Trial = "warmup", p.String(), trial+1
		now.Done, now.Failed, now.Total = 0, 0, p.runs
		now.LevelNo++
	})
}

// ended counts a request, unless the user has cut it off.
func (r *reporter) ended(rec *record.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = true
	if rec.Phase != record.Measured || rec.Failure != nil && rec.Failure.Type == record.Cancelled {
		return
	}
	r.done++
	r.now.Done++
	if !rec.OK() {
		r.now.Failed++
	}
	r.now.Stage = "measure"
}

// levelDone tells a level's figures.
func (r *reporter) levelDone(l result.Level) {
	r.report(func(now *Progress) {
		now.Stage = "level_done"
		now.Message = fmt.Sprintf("%d of %d ok, TTFT p50 %s ms, ITL p50 %s ms, %s tokens/s",
			l.NumSuccessful, l.NumRequests, figure(l.TTFTP50Ms), figure(l.ITLP50Ms), figure(l.Throughput.OutputTokensPerSec))
	})
}

func figure(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *x)
}
