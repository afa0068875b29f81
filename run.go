package splleed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/load"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/report"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/secret"
	"github.com/splleed/splleed/internal/transport"
	"github.com/splleed/splleed/internal/workload"
)

// Run runs the benchmark. When ctx ends it stops at once and returns the results so far together with ctx's error; with
// too many failed requests, the results together with a *TooManyFailures; with Strict, an *InstrumentError likewise, and
// with Goals that are not met a *GateError. Bad configuration is a *ConfigError, returned before anything runs, as is the error of an OutputFile that cannot be written. What goes wrong once levels have been
// played, a full disk say, costs no results.
func (b Benchmark) Run(ctx context.Context) (*Results, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	if err := b.withDefaults().checkRoom(environ.Client()); err != nil {
		return nil, err
	}
	if err := b.checkProgram(); err != nil {
		return nil, err
	}
	if err := b.probeOutput(); err != nil {
		return nil, err
	}
	r, err := newRun(b)
	if err != nil {
		return nil, err
	}
	err = r.play(ctx)
	if len(r.trials) == 0 {
		return nil, err
	}
	stopped := context.Cause(ctx)
	if err != nil && !errors.Is(err, stopped) {
		r.warnings = append(r.warnings, err.Error())
	}
	results := r.results()
	if err := errors.Join(or(stopped, err), results.saveAs(b.OutputFile)); err != nil {
		return results, err
	}
	return results, results.verdict(r.b)
}

// probeOutput finds out whether OutputFile could be written.
func (b Benchmark) probeOutput() error {
	if b.OutputFile == "" {
		return nil
	}
	return report.Probe(b.OutputFile)
}

// run is a benchmark that is being run.
type run struct {
	account
	prompts  dealer
	items    []workload.Item // all that may be sent; the last is the probe's, if there is one
	clock    transport.Clock
	path     result.Path     // to the server
	journal  *record.Journal // nil unless asked for
	secrets  secret.Values   // of the server's headers
	progress *reporter
	warnings []string

	client result.Client  // this machine
	gpus   []result.GPU   // of the server, where they are this machine's
	server *engine.Server // the last one opened
	stop   func() error   // stops it; nil once it is stopped
	wire   transport.Engine
	sender *sender
	theirs teller    // of the server's own metrics
	cards  teller    // of its GPUs
	ended  time.Time // zero while the run goes on

	written *hashed // by the journal; nil without one
}

func newRun(b Benchmark) (*run, error) {
	asked := b
	b = b.withDefaults()
	var err error
	if b.trusted, err = b.trust(); err != nil {
		return nil, err
	}
	if len(b.Precision) > 0 {
		b.Trials = metrics.PilotTrials // until they are through
	}
	r := &run{account: account{b: b, points: b.points(), spill: record.NewSpill(record.SpillLimit)}, clock: transport.NewClock(), client: environ.Client()}
	r.warnings = asked.advice(r.points)
	measured := 0
	for _, p := range r.points {
		measured += p.runs
	}
	items, parts, err := b.items()
	if err != nil {
		return nil, err
	}
	r.prompts = b.dealer(items, parts, measured*b.maxTrials())
	if r.items = items; b.Probe != nil {
		r.items = append(r.items, b.Probe.item())
	}
	r.progress = newReporter(b.Progress, r.clock, len(r.points), b.Trials, measured*b.Trials)
	if b.Records != nil {
		r.written = newHashed(b.Records)
		r.journal = record.NewJournal(r.written, r.clock.Epoch())
	}
	return r, nil
}

// play opens the server, runs all trials and closes the server.
func (r *run) play(ctx context.Context) error {
	return r.within(func() error { return r.pass(ctx) })
}

// within does something with a run, whose progress, journal and server end with it.
func (r *run) within(do func() error) (err error) {
	defer r.progress.close()
	if r.journal != nil {
		defer func() {
			r.noteEnd()
			if fault := r.journal.Close(); fault != nil {
				r.written.cut = true // a line that could not be made is missing, too
				err = or(err, fault)
			}
		}()
	}
	defer func() {
		// The figures are none the worse for it.
		if err := r.close(); err != nil {
			r.warnings = append(r.warnings, fmt.Sprintf("stopping the server: %v", err))
		}
	}()
	return do()
}

// pass opens the server and runs all trials.
func (r *run) pass(ctx context.Context) error {
	if err := r.open(ctx); err != nil {
		return err
	}
	if r.b.RestartBetweenTrials && !r.server.Managed {
		r.warnings = append(r.warnings, "restart_between_trials is ignored: splleed has not started the server")
	}
	r.certifyBefore(ctx)
	defer r.certifyAfter(ctx) // the server is idle, and there yet
	began := time.Now()
	for i := 0; i < r.b.Trials; i++ { // a number that the pilot may change
		if i > 0 && r.b.RestartBetweenTrials && r.server.Managed {
			if err := r.restart(ctx); err != nil {
				return err
			}
		}
		if err := r.trial(ctx, i); err != nil || ctx.Err() != nil || !r.plan(began) {
			return err
		}
	}
	return nil
}

// open readies the server and the wire to it.
func (r *run) open(ctx context.Context) error {
	server, err := r.serve(ctx)
	if err != nil {
		return err
	}
	server.Dialect = r.b.dialect(server.Dialect)
	first := r.server == nil
	if first {
		r.warnings = append(r.warnings, server.Warnings...)
		r.warnings = append(r.warnings, unsupported(server.Dialect, r.b.Sampling)...)
	}
	r.server, r.stop, r.secrets = server, server.Close, secret.OfHeader(server.Header)
	base, err := url.Parse(server.URL)
	if err != nil {
		return fmt.Errorf("the server's URL: %w", err)
	}
	if first {
		r.warnings = append(r.warnings, r.ignoredAt(base)...)
	}
	if r.sender, err = newSender(server, base, r.b, r.items); err != nil {
		return err
	}
	if r.theirs, err = r.serverMetrics(ctx); err != nil {
		return err
	}
	if r.cards, err = r.gpuMetrics(ctx); err != nil {
		return err
	}
	if r.gpus == nil && r.gpusHere() {
		r.gpus = environ.GPUs(ctx)
	}
	r.path = r.b.pathTo(base)
	r.wire, r.transport, err = transport.New(r.b.wireKind(), r.wireOptions(base))
	if err == nil && r.b.HTTP2 { // which no question before has asked for
		err = r.wire.Warm(ctx, 1)
	}
	return err
}

// serve opens the backend, or takes the server that somebody else has opened and will close.
func (r *run) serve(ctx context.Context) (*engine.Server, error) {
	if r.b.server == nil {
		return r.b.open(ctx, r.progress.say)
	}
	shared := *r.b.server
	shared.Close = func() error { return nil }
	return &shared, nil
}

// open opens the backend, which may be of somebody else's making.
func (b Benchmark) open(ctx context.Context, say func(string)) (*engine.Server, error) {
	server, err := b.Backend.Open(ctx, b.host(say))
	if err == nil && (server == nil || server.Dialect == nil) {
		err = fmt.Errorf("backend %q opened no server, or one without a dialect", b.Backend.Engine())
	}
	return server, err
}

// host is what a backend gets to know of the run.
func (b Benchmark) host(say func(string)) engine.Host {
	return engine.Host{
		Say: say, Getenv: b.Getenv, LogDir: b.LogDir, Sampling: b.Sampling, FirstLimit: b.Timeouts.patience(),
		Unstreamed: b.Stream != nil && !*b.Stream, TLS: b.trusted, Proxy: b.proxy(),
	}
}

// close hangs up before it stops the server: engines wait for open connections.
func (r *run) close() error {
	if r.wire != nil {
		r.wire.Close()
		r.warnings = append(r.warnings, clockWarnings(r.wire)...)
		r.wire = nil
	}
	r.theirs.hangUp()
	r.cards.hangUp()
	stop := r.stop
	r.stop = nil
	if stop == nil {
		return nil
	}
	return stop()
}

// clockWarnings says what the clocks did that no stamp can stand.
func clockWarnings(e transport.Engine) []string {
	stepped, ok := e.(interface{ ClockSteps() int })
	if !ok || stepped.ClockSteps() == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the wall clock was set during the run (%d times): kernel stamps of up to a second before are off by as much", stepped.ClockSteps())}
}

func (r *run) restart(ctx context.Context) error {
	if err := r.close(); err != nil {
		return fmt.Errorf("restarting the server: %w", err)
	}
	return r.open(ctx)
}

func (r *run) trial(ctx context.Context, n int) error {
	r.trials = append(r.trials, trial{
		serverStart: r.server.StartID,
		order:       r.b.order(n, len(r.points)),
		levels:      make([]metrics.Trial, len(r.points)),
	})
	t := &r.trials[n]
	r.noteTrial(n)
	for _, i := range t.order {
		if ctx.Err() != nil {
			return nil
		}
		if err := r.level(ctx, t, n, i); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) level(ctx context.Context, t *trial, n, i int) error {
	p := r.points[i]
	level, err := r.b.level(p, n, i)
	if err != nil {
		return err
	}
	r.progress.level(p, n)
	defer r.hush()() // first of all, for it collects garbage, which nobody is to watch
	theirs, cards, witness := r.watch(ctx, r.theirs), r.watch(ctx, r.cards), r.witness()
	if err := r.wire.Warm(ctx, level.Slots); err != nil && ctx.Err() == nil {
		r.warnings = append(r.warnings, fmt.Sprintf("connecting ahead of %s: %v", p, err))
	}
	o := load.Load{
		Clock: r.clock, Engine: r.wire, API: r.server.Dialect,
		Prepare: func(phase record.Phase, k int) load.Prepared { return r.prepare(phase, n, i, k) },
		Ended:   func(rec *record.Record) { r.requestEnded(rec, p) },
	}.Run(ctx, level)
	t.levels[i] = metrics.Trial{Records: o.Records, T0: o.T0, T1: o.T1, FullSwing: o.FullSwing, Timed: o.Timed, Shaped: r.b.Shape != "" || len(r.b.Trace) > 0, Complete: o.Complete, Server: theirs(ctx), GPU: cards(ctx)}
	witness(&t.levels[i])
	if o.Surged {
		r.warnings = append(r.warnings, fmt.Sprintf("%s is more than the server keeps up with: after the last measured start more and more requests were in flight, so the load ended there, and the last requests saw less of it", p))
	}
	r.noteLevel(n, i)
	if slices.ContainsFunc(o.Records, measured) {
		r.progress.levelDone(r.describe(i, t.levels[i:i+1]))
	}
	return nil
}

// prepare makes measured request k of level i in trial n, or an unmeasured one.
func (r *run) prepare(phase record.Phase, n, i, k int) load.Prepared {
	prompt := r.prompt(phase, n, i, k)
	rec := record.New()
	rec.Trial, rec.Level, rec.Prompt, rec.ReusedPrompt = n, i, prompt.Index, prompt.Reused
	rec.Class, rec.PromptSize, rec.RequestedMax = prompt.Class, len(prompt.Text), or(prompt.MaxTokens, r.b.Sampling.Limit())
	if r.b.watch != nil {
		r.b.watch.arrived(rec, phase)
	}
	return load.Prepared{Record: rec, Request: r.sender.request(rec, prompt)}
}

func (r *run) prompt(phase record.Phase, n, i, k int) workload.Prompt {
	switch {
	case phase == record.Probe:
		return workload.Prompt{Index: len(r.items) - 1, Item: r.items[len(r.items)-1]}
	case phase == record.Measured && len(r.b.Trace) > 0:
		return r.prompts.Measured(k) // its time is that of this very request
	case phase == record.Measured && r.points[i].runs > 0:
		return r.prompts.Measured(r.place(n, i) + k)
	}
	return r.prompts.Unmeasured()
}

// place is where the measured requests of level i in trial n begin among those of the whole run.
func (r *run) place(n, i int) int {
	place := 0
	for j, p := range r.points {
		place += n * p.runs
		if j < i {
			place += p.runs
		}
	}
	return place
}

func (r *run) requestEnded(rec *record.Record, p point) {
	r.spill.Keep(&rec.Arrivals)
	if rec.Failure != nil { // servers quote what they were sent
		rec.Failure.Message = r.secrets.Text(rec.Failure.Message)
	}
	r.progress.ended(rec)
	if r.b.watch != nil {
		r.b.watch.finished(rec)
	}
	if r.journal == nil {
		return
	}
	at := record.Point{}
	if p.concurrency > 0 {
		at.Concurrency = &p.concurrency
	}
	if p.open() {
		at.ArrivalRate = &p.rate
	}
	r.journal.Add(rec, at)
}

func (t Timeouts) durations() transport.Timeouts {
	return transport.Timeouts{
		Connect: seconds(t.ConnectS), FirstToken: seconds(t.FirstTokenS), Idle: seconds(t.IdleS), Total: seconds(t.TotalS),
	}
}

// patience is how long the first token may take before there is any load.
func (t Timeouts) patience() time.Duration {
	return min(or(seconds(t.FirstTokenS), engine.FirstLimit), or(seconds(t.TotalS), engine.FirstLimit))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
