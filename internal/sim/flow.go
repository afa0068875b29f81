package sim

import (
	"context"
	"time"
)

// source generates tokens in time: by script, or by playing the engine's model.
type source interface {
	// submit starts a request that was received at the given time.
	submit(received time.Time, key string, w Work) (flow, error)
	// load is what it is busy with.
	load() load
	close()
}

// flow is the tokens of one request.
type flow interface {
	// next waits until there are more tokens, and returns how many.
	next(ctx context.Context) (int, error)
	// cached is how many prompt tokens were in the prefix cache, where there is one. Known with the first token.
	cached() (tokens int, known bool)
	// stop gives the request up. It may be complete.
	stop()
}

// load is what a source is busy with.
type load struct {
	running, waiting, blocks  int
	prefixQueries, prefixHits int64 // prompt tokens, in all
}

// scripted is the source of script mode.
type scripted struct{ Script }

func (s scripted) submit(received time.Time, key string, w Work) (flow, error) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &recital{received: received, plan: s.Plan(key, w.Output), timer: timer}, nil
}

func (scripted) load() load { return load{} }

func (scripted) close() {}

// recital is a plan under way.
type recital struct {
	received time.Time
	plan     []Burst // what is left
	timer    *time.Timer
}

func (r *recital) next(ctx context.Context) (int, error) {
	burst := r.plan[0]
	r.plan = r.plan[1:]
	// Counted from receipt, so that one late event makes no other late.
	r.timer.Reset(time.Until(r.received.Add(burst.At)))
	return burst.Tokens, sleep(ctx, r.timer)
}

func (r *recital) cached() (int, bool) { return 0, false }

func (r *recital) stop() { r.timer.Stop() }

// sleep waits for the timer, or less where ctx ends.
func sleep(ctx context.Context, timer *time.Timer) error {
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
