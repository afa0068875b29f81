package splleed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/calibrate"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/result"
)

// certifyLimit is how long all calibration before a run may take, and as much after it.
const certifyLimit = 10 * time.Second

// checkProgram refuses to calibrate without a program to be the truth server: this one may be anybody's.
func (b Benchmark) checkProgram() error {
	var bad invalid.Fields
	bad.Check(!b.Certify || b.Program != "", "certify", "needs a splleed command to start as truth server: name it in Benchmark.Program")
	return bad.Err()
}

// certify replays the load of every level against the truth server, as planned or as observed. What cannot be replayed is
// a warning: the run's own figures stand.
func (r *run) certify(ctx context.Context, when string, load func(i int) (calibrate.Observed, bool), put func(c *result.Calibration, p *result.Replay)) {
	if !r.b.Certify || ctx.Err() != nil {
		return
	}
	if r.calibrations == nil {
		r.calibrations = make([]*result.Calibration, len(r.points))
	}
	for i, p := range r.points {
		o, ran := load(i)
		if !ran {
			continue
		}
		r.progress.say(fmt.Sprintf("calibrating %s the run: %s", when, p))
		replay, err := r.replay(ctx, o)
		if err != nil {
			r.warnings = append(r.warnings, fmt.Sprintf("calibrating %s the run: %s: %v", when, p, err))
			continue
		}
		if r.calibrations[i] == nil {
			r.calibrations[i] = new(result.Calibration)
		}
		put(r.calibrations[i], replay)
	}
}

func (r *run) certifyBefore(ctx context.Context) {
	r.certify(ctx, "before", func(i int) (calibrate.Observed, bool) { return r.planned(r.points[i]), true },
		func(c *result.Calibration, p *result.Replay) { c.Before = p })
}

func (r *run) certifyAfter(ctx context.Context) {
	r.certify(ctx, "after", r.observed, func(c *result.Calibration, p *result.Replay) { c.After = p })
}

// replay plays one level's load on the truth server.
func (r *run) replay(ctx context.Context, o calibrate.Observed) (*result.Replay, error) {
	script, mix, out, err := calibrate.Replay(ctx, r.b.Program, o, certifyLimit/time.Duration(len(r.points)))
	if err != nil {
		return nil, err
	}
	wrong := func(e calibrate.Errors) result.ReplayError {
		return result.ReplayError{N: e.N, BiasMs: e.Bias, P99Ms: e.P99}
	}
	p := &result.Replay{
		Transport: out.Transport, Streams: mix.Streams, Requests: out.Requests, Failed: out.Failed, Events: out.Events,
		TokensPerRequest: mix.Tokens, TokensPerEvent: script.TokensPerEvent, EventBytes: script.EventBytes, TTFTMs: inMs(script.TTFT), ITLMs: inMs(script.ITL),
		TTFT: wrong(out.TTFT), ITL: wrong(out.ITL), E2E: wrong(out.E2E), TruthP99Ms: out.Send.P99,
	}
	if mix.Rate > 0 {
		p.RequestsPerSec = &mix.Rate
	}
	return p, nil
}

func inMs(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// planned is what is known of a level before it ran: its streams or rate and its lengths; times are anybody's.
func (r *run) planned(p point) calibrate.Observed {
	o := calibrate.Observed{
		Transport: r.transport, Fresh: r.b.Connection == PerRequest, Streams: max(1, p.concurrency), Tokens: r.b.Sampling.Limit(),
		TTFT: 50 * time.Millisecond, ITL: 20 * time.Millisecond, TTFTSigma: 0.3, ITLSigma: 0.2, Prompt: 500, Own: r.b.OwnProcess,
	}
	if p.open() {
		o.Rate = p.rate
	}
	return o
}

// observed is what level i was like over all trials; false where it did not run, or brought no tokens in time.
func (r *run) observed(i int) (calibrate.Observed, bool) {
	ran := r.ran(i)
	if len(ran) == 0 {
		return calibrate.Observed{}, false
	}
	l := r.describe(i, ran)
	ttft, itl := l.Metrics["ttft"].Served, l.Metrics["itl"].Served
	if ttft.P50 == nil || ttft.P95 == nil || l.NumSuccessful == 0 {
		return calibrate.Observed{}, false
	}
	o := r.planned(r.points[i])
	o.TTFT, o.TTFTSigma = fromMs(*ttft.P50), calibrate.Sigma(*ttft.P50, *ttft.P95)
	if itl.P50 != nil && itl.P95 != nil {
		o.ITL, o.ITLSigma = fromMs(*itl.P50), calibrate.Sigma(*itl.P50, *itl.P95)
	}
	o.Tokens, o.TokensPerEvent, o.Prompt = max(1, l.Tokens.Output/l.NumSuccessful), perArrival(ran), promptSize(ran)
	o.EventBytes = eventSize(ran)
	if l.MaxInFlight != nil {
		o.Streams = *l.MaxInFlight
	}
	return o, true
}

func fromMs(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// perArrival is how many tokens came together, on average.
func perArrival(trials []metrics.Trial) int {
	tokens, arrivals := 0, 0
	for _, t := range trials {
		for _, rec := range t.Records {
			for a := range rec.Arrivals.All() {
				tokens, arrivals = tokens+a.Tokens, arrivals+1
			}
		}
	}
	if arrivals == 0 {
		return 1
	}
	return max(1, (tokens+arrivals/2)/arrivals)
}

// eventSize is how many bytes an event had, on average, those that end a response among them.
func eventSize(trials []metrics.Trial) int {
	size, events := 0, 0
	for _, t := range trials {
		for _, rec := range t.Records {
			size += rec.ResponseSize
			for a := range rec.Arrivals.All() {
				events += a.Events
			}
		}
	}
	return size / max(1, events)
}

// promptSize is the median size of a prompt in bytes.
func promptSize(trials []metrics.Trial) int {
	var sizes []int
	for _, t := range trials {
		for _, rec := range t.Records {
			sizes = append(sizes, rec.PromptSize)
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}
