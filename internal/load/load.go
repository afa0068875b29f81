// Package load is the executor: it brings workload, schedule, dialect and transport together at one load point and
// returns the records. It measures nothing itself and computes no metric.
package load

import (
	"context"
	"sync"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/schedule"
	"github.com/splleed/splleed/internal/transport"
)

// Level is one load point of one trial.
type Level struct {
	Slots    int               // closed loop: requests to keep in flight
	Arrivals schedule.Arrivals // open loop: when requests are due, from the begin of the window on; nil for a closed loop
	Lead     schedule.Arrivals // open loop: when those of the warm-up are due, from the begin of the load on
	Cap      int               // open loop: most requests in flight; 0 for no cap
	Probe    schedule.Arrivals // when requests are due that only look how the server does beside the load; nil for none

	// Warmup is how many unmeasured requests bring the server to full swing: of every slot (closed loop), or in all
	// (open loop, or WarmupTotal).
	Warmup      int
	WarmupTotal bool
	// WarmupUntilTurnover lets the warm-up of an open loop go on until some request has ended.
	WarmupUntilTurnover bool

	Runs     int           // measured requests; 0 for as many as Duration holds
	Duration time.Duration // of the window; 0 for as long as Runs take
	CutOff   bool          // at the end of Duration measured requests in flight are cancelled, and those in line unsent
	Filler   bool          // go on after the last measured start until the last measured request has ended
}

// Prepared is a request that is ready to be sent.
type Prepared struct {
	Record  *record.Record
	Request []byte
}

// Load is what a level needs of the rest of the program.
type Load struct {
	Clock  transport.Clock
	Engine transport.Engine
	API    dialect.Dialect
	// Prepare makes the next request of a phase; i counts the measured requests of the level.
	Prepare func(phase record.Phase, i int) Prepared
	// Ended hears of every request that has ended, in order; it must be quick.
	Ended func(*record.Record)
}

// Outcome is what came of a level. Records are in the order in which the requests ended.
type Outcome struct {
	Records   []*record.Record
	T0, T1    record.Stamp // the measured window [T0, T1)
	FullSwing bool         // by T0 every slot had turned over once; of an open loop, some request had ended
	Timed     bool         // Duration ended the window, not the last of Runs
	Complete  bool         // all measured requests of the plan have ended
	Surged    bool         // filler was given up: it would have raised the load
}

// Run plays one level and returns when all its requests have ended. When ctx ends, it ends at once, with the requests
// in flight as cancelled.
func (l Load) Run(ctx context.Context, level Level) Outcome {
	unmeasured, cancel := context.WithCancel(ctx)
	defer cancel()
	measured, cut := context.WithCancel(ctx)
	defer cut()
	r := &runner{Load: l, Level: level, ctx: ctx, unmeasured: unmeasured, measured: measured, cut: cut, finished: make(chan struct{})}
	r.idle = sync.NewCond(&r.mu)
	if level.Probe != nil {
		go r.probe()
	}
	if level.Arrivals != nil {
		r.open()
	} else {
		r.closed()
	}
	cancel() // what is still in flight is warm-up and filler
	r.drain()
	return r.outcome()
}

// runner is the state of one level while it runs. Requests end on goroutines of the transport; mu guards all below it.
type runner struct {
	Load
	Level
	ctx, unmeasured, measured context.Context
	cut                       func() // ends measured

	mu        sync.Mutex
	idle      *sync.Cond    // inFlight has become 0
	finished  chan struct{} // closed when the last measured request has ended
	over      bool          // no request starts any more
	warm      bool          // the window is open
	fullSwing bool
	t0        record.Stamp
	timeUp    bool // Duration has passed: no measured request starts any more
	turned    bool // a request of the load, which probes are not, has ended
	dealt     int  // measured requests that a slot or an arrival has taken
	ended     int  // measured requests that have ended
	inFlight  int
	probing   int // probes in flight, which are of inFlight
	peak      int // most warm-up and measured requests in flight
	surged    bool
	complete  bool
	records   []*record.Record
}

// ticket is what a slot or an arrival is to send.
type ticket struct {
	phase record.Phase
	i     int // counts the measured requests
}

// next deals the ticket of a request that starts at the given time; false when no more shall start. It is called under mu.
func (r *runner) next(at record.Stamp) (ticket, bool) {
	switch {
	case r.over || r.ctx.Err() != nil:
		return ticket{}, false
	case !r.warm && r.Warmup > 0:
		return ticket{phase: record.Warmup}, true
	case !r.allDealt() && at < r.end():
		r.dealt++
		return ticket{record.Measured, r.dealt - 1}, true
	}
	return ticket{phase: record.Filler}, r.Filler && !r.surging()
}

// surging reports whether filler no longer keeps the load up but raises it: requests come faster than they end. That would go
// on for as long as the last measured ones are slowed by it.
func (r *runner) surging() bool {
	const spare = 16 // arrivals bunch
	r.surged = r.surged || r.inFlight-r.probing > 2*r.peak+spare
	return r.surged
}

// allDealt reports whether no further request will be measured.
func (r *runner) allDealt() bool { return r.timeUp || r.Runs > 0 && r.dealt == r.Runs }

// end is when Duration has passed since the window opened.
func (r *runner) end() record.Stamp {
	if r.Duration == 0 {
		return record.Stamp(schedule.Never)
	}
	return r.t0 + record.At(r.Duration)
}

// start sends a request on a slot (-1 in an open loop), when it is due; then is called, under mu, when it has ended.
// It is itself called under mu.
func (r *runner) start(t ticket, slot int, scheduled record.Stamp, due time.Duration, then func(*record.Record)) {
	p := r.prepare(t, slot, scheduled)
	ctx := r.unmeasured
	if t.phase == record.Measured || t.phase == record.Probe {
		ctx = r.measured
	}
	r.inFlight++
	if t.phase == record.Warmup || t.phase == record.Measured {
		r.peak = max(r.peak, r.inFlight-r.probing)
	}
	s := &stream{rec: p.Record, decoder: r.API.Decoder(), level: r, then: then}
	s.exchange = transport.Exchange{Due: due, Request: p.Request, Framing: r.API.Framing(), Sink: s}
	r.Engine.Start(ctx, &s.exchange)
}

func (r *runner) prepare(t ticket, slot int, scheduled record.Stamp) Prepared {
	p := r.Prepare(t.phase, t.i)
	p.Record.Phase, p.Record.Slot, p.Record.Scheduled = t.phase, slot, scheduled
	p.Record.Whole = r.API.Framing() == dialect.Whole
	return p
}

// finish takes the record of a request that has ended.
func (r *runner) finish(rec *record.Record, then func(*record.Record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight--
	if r.inFlight == 0 {
		r.idle.Broadcast()
	}
	r.keep(rec)
	then(rec)
}

// keep adds a record, and ends the level with the last measured one.
func (r *runner) keep(rec *record.Record) {
	r.records = append(r.records, rec)
	r.Ended(rec)
	r.turned = r.turned || rec.Phase != record.Probe
	if rec.Phase == record.Measured {
		r.ended++
	}
	r.settle()
}

// settle ends the level when all its measured requests have ended.
func (r *runner) settle() {
	if r.allDealt() && r.ended == r.dealt && !r.complete {
		r.complete, r.over = true, true
		close(r.finished)
	}
}

// expire is called when Duration has passed.
func (r *runner) expire() {
	r.timeUp = r.timeUp || !r.allDealt()
	if r.CutOff {
		r.over = true
		r.cut()
	}
	r.settle()
}

// wait returns when the level has ended, or the run.
func (r *runner) wait() {
	select {
	case <-r.finished:
	case <-r.ctx.Done():
	}
}

// drain returns when nothing is in flight.
func (r *runner) drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.inFlight > 0 {
		r.idle.Wait()
	}
}

func (r *runner) now() record.Stamp { return record.At(r.Clock.Now()) }

func (r *runner) outcome() Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Outcome{Records: r.records, T0: r.t0, T1: r.windowEnd(), FullSwing: r.fullSwing, Timed: r.timeUp, Complete: r.complete, Surged: r.surged}
}

// windowEnd is that of Duration, or one step of the clock after the last measured start: the arrival of an open loop, the
// send of a closed one.
func (r *runner) windowEnd() record.Stamp {
	if r.timeUp {
		return r.end()
	}
	end := r.t0
	for _, rec := range r.records {
		start := rec.Sent
		if r.Arrivals != nil {
			start = rec.Scheduled
		}
		if rec.Phase == record.Measured {
			end = max(end, start+1)
		}
	}
	return end
}
