package splleed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/invalid"
)

// Contest measures two servers in turn and compares them. Server starts of A and B alternate, in pairs whose order is
// drawn and then turned round (ABBA), so that what changes with the hour changes for both.
type Contest struct {
	A, B      Benchmark // Trials and Precision are not used: there is one trial a start
	Starts    int       // of each server; default 6
	Comparing Comparing
}

// defaultStarts are those of each server.
const defaultStarts = 6

// Contested is what a Contest found.
type Contested struct {
	*Comparison          // nil where nothing that both have was measured
	A, B        *Results // of all trials; nil where none has begun
}

// Validate returns every bad field of both at once as a *ConfigError, under "a" and "b".
func (c Contest) Validate() error {
	var bad invalid.Fields
	bad.Check(c.Starts >= 0, "starts", "is %d: want 1 or more", c.Starts)
	bad.Under("a", c.A.checkArm())
	bad.Under("b", c.B.checkArm())
	return bad.Err()
}

// checkArm checks a benchmark that is one of two.
func (b Benchmark) checkArm() (bad invalid.Fields) {
	bad.Check(!b.Certify, "certify", "is for a run by itself: a comparison calibrates nothing")
	bad.Check(b.OutputFile == "", "output_file", "is for a run by itself: a comparison returns the results of both (splleed compare --save)")
	if fields, ok := invalid.In(b.Validate()); ok {
		return append(bad, fields...)
	}
	if fields, ok := invalid.In(b.withDefaults().checkRoom(environ.Client())); ok {
		return append(bad, fields...)
	}
	return bad
}

// arm is the benchmark of one server as it is run.
func (b Benchmark) arm(starts int) Benchmark {
	b.Trials, b.RestartBetweenTrials = starts, true
	b.Precision, b.MaxTrials, b.MaxDurationS = nil, 0, 0
	return b
}

// Run measures both. When ctx ends it stops and returns what is done, together with ctx's error. What makes a run of A or
// B an error beside its results, too many failed requests say, is one here. Servers that splleed starts are started anew
// for every trial, one at a time; running ones are only taken in turn, and the comparison says that it is about these
// processes.
func (c Contest) Run(ctx context.Context) (*Contested, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	starts := or(c.Starts, defaultStarts)
	var arms [2]*run
	for i, b := range []Benchmark{c.A, c.B} {
		r, err := newRun(b.arm(starts))
		if err != nil {
			return nil, fmt.Errorf("server %c: %w", 'A'+i, err)
		}
		arms[i] = r
	}
	order := turns(starts, *arms[0].b.Seed)
	err := arms[0].within(func() error {
		return arms[1].within(func() error { return alternate(ctx, arms, order) })
	})
	return c.judge(ctx, arms, err)
}

// turns is whose start comes when, 0 for A: pairs, the first of two in an order that is drawn, the second in the other.
func turns(starts int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 0))
	var order []int
	first := 0
	for pair := range starts {
		if first = 1 - first; pair%2 == 0 {
			first = rng.IntN(2)
		}
		order = append(order, first, 1-first)
	}
	return order
}

// alternate gives every turn a start and a trial.
func alternate(ctx context.Context, arms [2]*run, order []int) error {
	for _, turn := range order {
		r := arms[turn]
		if ctx.Err() != nil {
			return nil
		}
		if err := r.open(ctx); err != nil {
			return fmt.Errorf("server %c: %w", 'A'+turn, err)
		}
		if err := r.trial(ctx, len(r.trials)); err != nil {
			return errors.Join(err, r.close())
		}
		if err := r.close(); err != nil {
			r.warnings = append(r.warnings, fmt.Sprintf("stopping the server: %v", err))
		}
	}
	return nil
}

// judge compares what was measured.
func (c Contest) judge(ctx context.Context, arms [2]*run, err error) (*Contested, error) {
	err = or(context.Cause(ctx), err)
	out := &Contested{}
	for i, to := range []**Results{&out.A, &out.B} {
		if len(arms[i].trials) > 0 {
			*to = arms[i].results()
		}
	}
	if out.A == nil || out.B == nil {
		return out, err
	}
	with := c.Comparing
	with.paired = len(out.A.TrialResults) == len(out.B.TrialResults)
	var fault error
	out.Comparison, fault = with.Compare(out.A, out.B)
	if err != nil {
		return out, err
	}
	return out, errors.Join(verdictOn('A', out.A, arms[0].b), verdictOn('B', out.B, arms[1].b), fault)
}

// verdictOn is what makes the results of one server an error.
func verdictOn(server rune, r *Results, b Benchmark) error {
	if err := r.verdict(b); err != nil {
		return fmt.Errorf("server %c: %w", server, err)
	}
	return nil
}
