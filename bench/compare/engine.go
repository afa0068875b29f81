package main

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/sim"
)

const (
	slots    = 8
	measured = 64
	prompt   = 128
	output   = 32
)

// simulated is starts of the simulated engine, each as fast as its luck: log-normal, with the given spread.
func simulated(seed uint64, starts int, noise float64) *result.Run {
	rng := rand.New(rand.NewPCG(seed, 3))
	var levels []result.Level
	for range starts {
		p := sim.Small().Faster(math.Exp(noise * rng.NormFloat64()))
		p.Seed = rng.Uint64()
		levels = append(levels, played(p, rng))
	}
	return run(levels)
}

// played is a closed loop against the engine in virtual time: two turns of warm-up, then the measured requests, with
// others behind them until the last has ended.
func played(p sim.Profile, rng *rand.Rand) result.Level {
	m := sim.NewModel(p)
	records := map[int64]*record.Record{}
	var ended []*record.Record
	dealt, done := 0, 0
	start := func(at time.Duration) {
		id, err := m.Submit(at, sim.Work{Prompt: prompt/2 + rng.IntN(prompt), Output: output/2 + rng.IntN(output)})
		if err != nil {
			panic(err)
		}
		r := record.New()
		r.Scheduled, r.Sent, r.Phase = record.At(at), record.At(at), phase(dealt)
		dealt++
		records[id] = r
	}
	for range slots {
		start(0)
	}
	for done < measured {
		at, ok := m.Next()
		if !ok {
			panic("the engine is idle")
		}
		finished := 0
		for _, e := range m.Advance(at) {
			if e.Kind != sim.Generated {
				continue
			}
			r := records[e.ID]
			r.Arrivals.Append(record.Arrival{At: record.At(e.At), Tokens: e.Tokens, Events: 1})
			if !e.Last {
				continue
			}
			r.Finish, r.Done = record.At(e.At), record.At(e.At)
			r.OutputTokens = 0
			for a := range r.Arrivals.All() {
				r.OutputTokens += record.Count(a.Tokens)
			}
			ended, finished = append(ended, r), finished+1
			if r.Phase == record.Measured {
				done++
			}
		}
		for range finished {
			start(at)
		}
	}
	return metrics.Describe(metrics.Level{Slots: slots, Trials: []metrics.Trial{window(ended)}})
}

func phase(dealt int) record.Phase {
	switch {
	case dealt < 2*slots:
		return record.Warmup
	case dealt < 2*slots+measured:
		return record.Measured
	}
	return record.Filler
}

// window is from the first to the last measured start.
func window(records []*record.Record) metrics.Trial {
	t := metrics.Trial{Records: records, T0: record.Unset, FullSwing: true}
	for _, r := range records {
		if r.Phase != record.Measured {
			continue
		}
		if !t.T0.Set() || r.Sent < t.T0 {
			t.T0 = r.Sent
		}
		t.T1 = max(t.T1, r.Sent+1)
	}
	return t
}
