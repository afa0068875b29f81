package sim

import (
	"context"
	"sync"
	"time"
)

// player is the source of engine mode: it plays a Model in real time. Where the process is late, the model's time
// goes on as it should, and what is due comes at once.
type player struct {
	start time.Time
	wake  chan struct{} // an arrival may be due before what the loop waits for
	quit  chan struct{}
	done  chan struct{}

	mu      sync.Mutex
	model   *Model
	playing map[int64]*performance
	queries int64
	hits    int64
}

// performance is a request in the model.
type performance struct {
	p      *player
	id     int64
	bursts chan int // has room for all that may come, so the player never waits
	hits   int      // set before the first burst
}

func newPlayer(p Profile) *player {
	pl := &player{
		start:   time.Now(),
		wake:    make(chan struct{}, 1),
		quit:    make(chan struct{}),
		done:    make(chan struct{}),
		model:   NewModel(p),
		playing: map[int64]*performance{},
	}
	go pl.play()
	return pl
}

func (p *player) play() {
	defer close(p.done)
	timer := time.NewTimer(time.Hour)
	for {
		p.mu.Lock()
		p.advance()
		at, ok := p.model.Next()
		p.mu.Unlock()
		var due <-chan time.Time
		if ok {
			timer.Reset(time.Until(p.start.Add(at)))
			due = timer.C
		}
		select {
		case <-due:
		case <-p.wake:
		case <-p.quit:
			timer.Stop()
			return
		}
	}
}

// advance brings the model to the present and hands out what it made. The caller holds the lock.
func (p *player) advance() time.Duration {
	now := time.Since(p.start)
	for _, e := range p.model.Advance(now) {
		perf := p.playing[e.ID]
		switch {
		case perf == nil: // stopped
		case e.Kind == Admitted:
			perf.hits = e.Tokens
			p.hits += int64(e.Tokens)
		default:
			perf.bursts <- e.Tokens
		}
	}
	return now
}

func (p *player) submit(_ time.Time, _ string, w Work) (flow, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, err := p.model.Submit(p.advance(), w)
	if err != nil {
		return nil, err
	}
	p.queries += int64(w.Prompt)
	perf := &performance{p: p, id: id, bursts: make(chan int, w.Output)}
	p.playing[id] = perf
	select {
	case p.wake <- struct{}{}:
	default:
	}
	return perf, nil
}

func (p *player) load() load {
	p.mu.Lock()
	defer p.mu.Unlock()
	return load{p.model.Running(), p.model.Waiting(), p.model.BlocksUsed(), p.queries, p.hits}
}

func (p *player) close() {
	close(p.quit)
	<-p.done
}

func (f *performance) next(ctx context.Context) (int, error) {
	select {
	case n := <-f.bursts:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (f *performance) cached() (int, bool) { return f.hits, true }

func (f *performance) stop() {
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	f.p.model.Cancel(f.id)
	delete(f.p.playing, f.id)
}
