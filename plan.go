package splleed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/splleed/splleed/internal/load"
	"github.com/splleed/splleed/internal/schedule"
)

// Defaults of a Benchmark, where they are plain numbers.
const (
	defaultSeed         = 1
	defaultRate         = 10
	defaultWarmup       = 2 // requests a slot
	defaultOpenWarmup   = 8 // requests in all, in an open loop without a cap
	defaultMaxErrorRate = 0.05
	minRuns             = 10
)

// withDefaults fills in what was not set. The user's struct is not changed.
func (b Benchmark) withDefaults() Benchmark {
	b.Mode = or(b.Mode, Throughput)
	if b.Mode == Latency {
		b.Concurrency = []int{1}
	}
	if b.Mode == Throughput && len(b.Concurrency) == 0 {
		b.Concurrency = []int{1}
	}
	if b.Mode == Serve && len(b.ArrivalRate) == 0 {
		b.ArrivalRate = []float64{b.meanRate()}
	}
	if n := len(b.Trace); n > 0 {
		b.Runs = or(b.Runs, n)
	}
	if b.DurationS == 0 && b.Shape != "" {
		b.DurationS = b.shape(defaultRate).Length.Seconds()
	}
	if b.ArrivalPattern == "" && b.Burstiness != 0 {
		b.ArrivalPattern = "gamma" // the only one that knows it
	}
	b.ArrivalPattern = or(b.ArrivalPattern, "poisson")
	b.Burstiness = or(b.Burstiness, 1)
	b.Trials = or(b.Trials, 1)
	b.Transport = or(b.Transport, "auto")
	b.Connection = or(b.Connection, Reuse)
	b.ServerMetrics = or(b.ServerMetrics, "auto")
	b.GPUMetrics = or(b.GPUMetrics, "auto")
	b.ServerMetricsEveryS = or(b.ServerMetricsEveryS, 1)
	b.ConfidenceLevel = or(b.ConfidenceLevel, 0.95)
	if b.Seed == nil {
		b.Seed = ptr(uint64(defaultSeed))
	}
	if b.MaxErrorRate == nil {
		b.MaxErrorRate = ptr(defaultMaxErrorRate)
	}
	return b
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func ptr[T any](v T) *T { return &v }

// meanRate is the rate of a load that names none by arrival_rate: of a trace or a shape its own.
func (b Benchmark) meanRate() float64 {
	if n := len(b.Trace); n > 0 {
		return float64(n) / max(b.Trace[n-1].AtS, 1e-3)
	}
	return b.shape(defaultRate).Mean
}

// shape is that of arrivals at a mean rate.
func (b Benchmark) shape(rate float64) schedule.Shape {
	s, err := schedule.ParseShape(b.Shape, rate)
	if err != nil { // never: Validate has parsed it
		return schedule.Steady(rate)
	}
	return s
}

// point is one load point of the plan.
type point struct {
	concurrency int     // slots, or the cap of an open loop; 0 for none
	rate        float64 // requests per second, on average; 0 for a closed loop
	runs        int     // 0: as many as the duration holds
}

func (p point) open() bool { return p.rate > 0 }

func (p point) String() string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(p.rate, 'g', 6, 64), 64) // a trace's has many digits
	rate := strconv.FormatFloat(rounded, 'f', -1, 64)                             // never 1e+06
	switch {
	case !p.open():
		return fmt.Sprintf("concurrency %d", p.concurrency)
	case p.concurrency > 0:
		return fmt.Sprintf("%s req/s, at most %d in flight", rate, p.concurrency)
	}
	return rate + " req/s"
}

// points are the load points, in ascending order, as results list them.
func (b Benchmark) points() []point {
	var all []point
	add := func(p point) {
		p.runs = b.runs(p)
		all = append(all, p)
	}
	caps := slices.Sorted(slices.Values(b.Concurrency))
	if b.Mode != Serve {
		for _, n := range caps {
			add(point{concurrency: n})
		}
		return all
	}
	if len(caps) == 0 {
		caps = []int{0}
	}
	for _, n := range caps {
		for _, rate := range slices.Sorted(slices.Values(b.ArrivalRate)) {
			add(point{concurrency: n, rate: rate})
		}
	}
	return all
}

func (b Benchmark) runs(p point) int {
	switch {
	case b.Runs > 0:
		return b.Runs
	case b.DurationS > 0:
		return 0
	}
	return max(minRuns, len(b.Prompts), 2*p.concurrency)
}

// order is the levels of a trial in the order in which they run: shuffled, so that drift of the server does not pass
// for an effect of the load.
func (b Benchmark) order(trial, levels int) []int {
	return rand.New(rand.NewPCG(*b.Seed, uint64(trial)+1)).Perm(levels)
}

// level is what the load executor plays at a point.
func (b Benchmark) level(p point, trial, i int) (load.Level, error) {
	l := load.Level{Runs: p.runs, Duration: seconds(b.DurationS), CutOff: b.CutOff, Filler: !b.NoFiller}
	l.Warmup, l.WarmupTotal = b.warmup(p)
	seed := seedOf(*b.Seed, trial, i)
	if b.Probe != nil {
		l.Probe = b.Probe.arrivals(seed)
	}
	if !p.open() {
		l.Slots = p.concurrency
		return l, nil
	}
	l.Cap = p.concurrency
	l.WarmupUntilTurnover = b.Warmup == nil && b.NumWarmups == nil
	return l, b.arrivals(&l, p.rate, seed)
}

// arrivals are those of the load and of its warm-up, which has the rate at which the load begins.
func (b Benchmark) arrivals(l *load.Level, rate float64, seed uint64) (err error) {
	shape := b.shape(rate)
	if l.Lead, err = schedule.New(b.ArrivalPattern, schedule.Steady(or(shape.Begin, rate)), b.Burstiness, seed); err != nil {
		return err
	}
	if len(b.Trace) == 0 {
		l.Arrivals, err = schedule.New(b.ArrivalPattern, shape, b.Burstiness, seed+1)
		return err
	}
	times := make([]float64, len(b.Trace))
	for i, r := range b.Trace {
		times[i] = r.AtS
	}
	l.Arrivals = schedule.Trace(times)
	return nil
}

// seedOf gives every level of every trial arrivals of its own.
func seedOf(seed uint64, trial, level int) uint64 {
	return rand.New(rand.NewPCG(seed, uint64(trial)<<32|uint64(level))).Uint64()
}

// warmup is how many unmeasured requests a level begins with, and whether that is in all or of every slot.
func (b Benchmark) warmup(p point) (n int, total bool) {
	switch {
	case b.NumWarmups != nil:
		return *b.NumWarmups, true
	case p.open() && p.concurrency > 0 && b.Warmup != nil:
		return *b.Warmup * p.concurrency, true
	case p.open() && p.concurrency > 0:
		return defaultWarmup * p.concurrency, true
	case b.Warmup != nil:
		return *b.Warmup, p.open()
	case p.open():
		return defaultOpenWarmup, true
	}
	return defaultWarmup, false
}

// advice is what is odd about the plan, though not wrong.
func (b Benchmark) advice(points []point) []string {
	said := b.ignored()
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if b.NoFiller {
		say("no filler: the load falls off after the last measured start, so the last requests saw less of it")
	}
	for _, p := range points {
		if !p.open() && p.runs > 0 && p.runs < p.concurrency {
			say("runs=%d is less than the concurrency of %d: not every slot is measured", p.runs, p.concurrency)
		}
	}
	if b.Trials > 1 && b.Trials < 5 && len(b.Precision) == 0 {
		say("%d trials give wide intervals: 5 or more are advised", b.Trials)
	}
	if slices.Contains(b.Prompts, "") {
		say("some prompts are empty")
	}
	return said
}
