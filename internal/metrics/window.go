package metrics

import (
	"slices"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// Kinds of windows.
const (
	fullSwing = "full_swing"
	short     = "short"     // fewer than two turns a slot: too short for a window
	noWarmup  = "no_warmup" // nothing brought the load to full swing
)

// minTurns is how many measured requests a slot needs for its window to hold the load, not its edges.
const minTurns = 2

func (l Level) window(p population) result.Window {
	w := result.Window{Kind: l.kind(p), Turns: l.turns(p)}
	seconds := l.seconds(p)
	w.DurationSec = positive(seconds)
	if !l.Open && seconds > 0 {
		idle := 0.0
		for _, r := range p.offered {
			if r.Sent.Set() {
				idle += r.Sent.Sub(r.Scheduled).Seconds()
			}
		}
		w.SlotIdle = number(idle / (float64(l.Slots) * seconds))
	}
	return w
}

func (l Level) kind(p population) string {
	for _, t := range l.Trials {
		if !t.FullSwing {
			return noWarmup
		}
	}
	if !l.Open && l.turns(p) < minTurns {
		return short
	}
	return fullSwing
}

// turns is measured requests per slot and trial.
func (l Level) turns(p population) float64 {
	if l.Open || len(l.Trials) == 0 {
		return 0
	}
	return float64(len(p.offered)) / float64(l.Slots*len(l.Trials))
}

// seconds is the length of all windows: [t0, t1), or first start to last end where there was no full swing.
func (l Level) seconds(p population) float64 {
	if l.kind(p) != fullSwing {
		return wallTime(p.offered).Seconds()
	}
	var sum time.Duration
	for _, t := range l.Trials {
		sum += t.T1.Sub(t.T0)
	}
	return sum.Seconds()
}

// throughput is the rates over the window: tokens that arrived in it and requests that ended in it, whenever they
// started. Without a window it is those of the measured requests over first start to last end.
func (l Level) throughput(p population) result.Throughput {
	var sum flow
	if l.kind(p) == fullSwing {
		for _, t := range l.Trials {
			sum.during(t)
		}
	} else {
		sum.of(p.served)
	}
	seconds := l.seconds(p)
	out := result.Throughput{
		RequestsPerSec:     number(float64(sum.requests) / seconds),
		OutputTokensPerSec: number(float64(sum.output) / seconds),
	}
	if sum.inputKnown {
		out.InputTokensPerSec = number(float64(sum.input) / seconds)
	}
	return out
}

// flow is what went through.
type flow struct {
	requests, output, input int
	inputKnown              bool
}

func (f *flow) during(t Trial) {
	for _, r := range t.Records {
		if r.Phase == record.Probe {
			continue
		}
		if r.OK() && t.T0 <= r.Done && r.Done < t.T1 {
			f.completion(r)
		}
		for a := range r.Arrivals.All() {
			if t.T0 <= a.At && a.At < t.T1 {
				f.output += a.Tokens
			}
		}
	}
}

func (f *flow) of(served []*record.Record) {
	for _, r := range served {
		f.completion(r)
		f.output += r.OutputTokens.OrZero()
	}
}

func (f *flow) completion(r *record.Record) {
	f.requests++
	if r.InputTokens.Known() {
		f.input += int(r.InputTokens)
		f.inputKnown = true
	}
}

// peak is the most requests that were in flight at once.
func (l Level) peak() int {
	most := 0
	for _, t := range l.Trials {
		most = max(most, t.peak())
	}
	return most
}

func (t Trial) peak() int {
	type change struct {
		at record.Stamp
		by int
	}
	var changes []change
	for _, r := range t.Records {
		if r.Sent.Set() {
			changes = append(changes, change{r.Sent, 1}, change{r.Done, -1})
		}
	}
	// Ends before starts: a slot that turns over is one request in flight, not two.
	slices.SortFunc(changes, func(a, b change) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.by - b.by
	})
	most, now := 0, 0
	for _, c := range changes {
		now += c.by
		most = max(most, now)
	}
	return most
}

// positive is x for JSON: nil where there is none.
func positive(x float64) *float64 {
	if x <= 0 {
		return nil
	}
	return &x
}
