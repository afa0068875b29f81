package splleed

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/search"
)

// Search finds the highest load that meets goals: an arrival rate in mode Serve, a concurrency in mode Throughput. It
// doubles or halves the load, then halves the ratio between the highest that passed and the lowest that failed, ends
// probes early that are clear, and confirms its answer by a fresh trial. The server is started once.
type Search struct {
	Benchmark Benchmark `json:"-"` // its levels are not used; Runs are the requests of a probe far from the edge, default 500

	Goals     []string `json:"goals,omitempty"`     // all to be met: "ttft_p99=500" (ms), "tpot_p95=50", "goodput=99%" (of the Benchmark's SLO); default the Benchmark's
	Start     float64  `json:"start,omitempty"`     // the first load; default 4. Rates below a 64th of it are not tried
	Max       float64  `json:"max,omitempty"`       // the highest load to try; default 10,000
	Tolerance float64  `json:"tolerance,omitempty"` // how close to come, as a fraction; default 0.02

	Told func(SearchProbe) `json:"-"` // hears of every probe that has ended
}

// Defaults of a Search.
const (
	searchStart     = 4
	searchMax       = 10_000
	searchTolerance = 0.02
	searchRuns      = 500
)

// Of is the same search of another benchmark.
func (s Search) Of(b Benchmark) Search {
	s.Benchmark = b
	return s
}

// Validate returns every bad field at once as a *ConfigError.
func (s Search) Validate() error {
	var bad invalid.Fields
	s = s.withDefaults()
	bad.Check(len(s.Goals) > 0, "goals", "is empty: want %s", s.wanted())
	_, err := s.goals()
	bad.Check(err == nil, "goals", "%v", err)
	bad.Check(s.Start >= 0 && s.Start <= 1e6, "start", "is %g: want more than 0", s.Start)
	bad.Check(s.Max >= 0 && s.Max <= 1e6, "max", "is %g: want more than 0 and at most 1,000,000", s.Max)
	bad.Check(s.Tolerance >= 0 && s.Tolerance < 1, "tolerance", "is %g: want more than 0 and less than 1", s.Tolerance)
	caps := len(s.Benchmark.Concurrency)
	bad.Check(s.Benchmark.Mode != Serve || caps <= 1, "concurrency", "has %d caps: a search over arrival rates has one or none", caps)
	s.Benchmark.checkLadder(&bad)
	return bad.Err()
}

// checkLadder checks a benchmark whose loads somebody else chooses.
func (b Benchmark) checkLadder(bad *invalid.Fields) {
	bad.Check(b.Mode != Latency, "mode", "is %q: there is no load to choose; want serve (arrival rates) or throughput (concurrencies)", b.Mode)
	bad.Check(len(b.Trace) == 0 && b.Shape == "", "trace", "and shapes have their own loads: there is none to choose")
	if fields, ok := invalid.In(b.Validate()); ok {
		*bad = append(*bad, fields...)
	}
}

// withDefaults takes the Benchmark's goals where there are none: they are the search's, not the probes'.
func (s Search) withDefaults() Search {
	if len(s.Goals) == 0 {
		s.Goals = s.Benchmark.Goals
	}
	s.Benchmark.Goals = nil
	return s
}

// wanted are the goals that a search without any lacks.
func (s Search) wanted() string {
	if s.Benchmark.SLO != (SLO{}) {
		return "some of a level, such as goodput=99%: those of slo are of each request"
	}
	return "some, such as ttft_p99=500"
}

func (s Search) goals() (all []metrics.Goal, err error) {
	for _, text := range s.Goals {
		g, bad := metrics.ParseGoal(text)
		err = errors.Join(err, bad)
		all = append(all, g)
	}
	return all, err
}

// Run searches. Its results hold every level that was tried, and what was found under Search. When ctx ends it returns
// what is known so far, together with ctx's error.
func (s Search) Run(ctx context.Context) (*Results, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.Benchmark.probeOutput(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	goals, _ := s.goals() // checked
	b := s.Benchmark
	b.Trials, b.Precision, b.MaxTrials, b.MaxDurationS = 1, nil, 0, 0
	b.RestartBetweenTrials, b.Certify = false, false
	b.Runs, b.Mode = or(b.Runs, searchRuns), or(b.Mode, Throughput)
	if b.Seed == nil {
		b.Seed = ptr(uint64(defaultSeed))
	}
	output := b.OutputFile
	b.OutputFile = ""
	var journal *hashed
	if b.Records != nil {
		journal = newHashed(b.Records)
		b.Records = journal
	}
	var err error
	if b.trusted, err = b.trust(); err != nil {
		return nil, err
	}
	server, err := b.open(ctx, b.sayOfServer)
	if err != nil {
		return nil, err
	}
	b.server = server
	run := &searching{ctx: ctx, b: b, goals: goals, told: s.Told, warnings: s.ignored()}
	answer, err := search.Find(s.plan(b), run.try)
	if server.Close != nil {
		if fault := server.Close(); fault != nil {
			run.warnings = append(run.warnings, "stopping the server: "+fault.Error())
		}
	}
	results := run.results(answer, s.Goals, err != nil)
	if results != nil && journal != nil { // the probes know their parts of it
		results.Identity.JournalHash = journal.sum()
	}
	if results != nil {
		err = errors.Join(err, results.saveAs(output))
	}
	return results, err
}

// sayOfServer tells in words how far the start of the server is, before there is a run to tell of.
func (b Benchmark) sayOfServer(message string) {
	if b.Progress != nil {
		b.Progress(Progress{Stage: "server", Message: message})
	}
}

func (s Search) plan(b Benchmark) search.Plan {
	p := search.Plan{
		Start: or(s.Start, searchStart), Max: or(s.Max, searchMax), Tolerance: or(s.Tolerance, searchTolerance),
		Requests: b.Runs, Whole: b.Mode == Throughput,
	}
	p.Start = min(p.Start, p.Max)
	if p.Min = p.Start / 64; p.Whole { // lower rates take too long to be probed
		p.Min = 1
	}
	return p
}

// searching is a search that is being run.
type searching struct {
	ctx      context.Context
	b        Benchmark
	goals    []metrics.Goal
	told     func(SearchProbe)
	sent     int // prompts, about
	runs     []*Results
	probes   []result.SearchProbe
	warnings []string
}

// errSeenEnough ends a probe that is decided.
var errSeenEnough = errors.New("the probe is decided")

// try plays one probe.
func (s *searching) try(load float64, requests int) (search.Verdict, error) {
	b := s.b
	b.Runs, b.Seed = requests, ptr(*s.b.Seed+uint64(len(s.probes)))
	b.Prompts = s.fresh(requests)
	level := metrics.Level{Open: b.Mode == Serve, SLO: b.SLO.metrics()}
	if level.Open {
		b.ArrivalRate = []float64{load}
	} else {
		b.Concurrency = []int{int(load)}
	}
	ctx, decided := context.WithCancelCause(s.ctx)
	defer decided(nil)
	w := newWatcher(s.goals, level, func() { decided(errSeenEnough) })
	b.watch = w
	results, err := b.Run(ctx)
	var failures *TooManyFailures
	if s.ctx.Err() != nil || err != nil && !errors.Is(err, errSeenEnough) && !errors.As(err, &failures) {
		return search.Undecided, err
	}
	if results == nil || len(results.Results) == 0 {
		return search.Undecided, errors.New("a probe measured nothing")
	}
	s.runs = append(s.runs, results)
	return s.keep(load, requests, w), nil
}

// fresh are the prompts, beginning with those that no probe has sent yet, while they last: a prefix cache knows the others.
func (s *searching) fresh(requests int) []string {
	prompts := s.b.Prompts
	if len(prompts) == 0 {
		return nil
	}
	first := s.sent % len(prompts)
	s.sent += 2 * requests // warm-up and filler, too
	return slices.Concat(prompts[first:], prompts[:first])
}

func (s *searching) keep(load float64, planned int, w *watcher) search.Verdict {
	p, verdict := w.account()
	p.Load, p.Planned = load, planned
	for _, g := range s.goals {
		p.Allowed = append(p.Allowed, g.Allowed)
	}
	p.Confirms = slices.ContainsFunc(s.probes, func(other result.SearchProbe) bool { return other.Load == load })
	s.probes = append(s.probes, p)
	if s.told != nil {
		s.told(p)
	}
	return verdict
}

// results are the levels of all probes, ascending, and the answer.
func (s *searching) results(a search.Answer, goals []string, interrupted bool) *Results {
	if len(s.runs) == 0 {
		return nil
	}
	out := &Results{s.runs[0].Run}
	out.Results, out.Order, out.Interrupted = nil, nil, interrupted
	out.Warnings = []string{}
	for _, r := range s.runs {
		out.Warnings = union(out.Warnings, r.Warnings)
		out.Results = append(out.Results, r.Results...)
		out.Timestamp = r.Timestamp
	}
	out.Warnings = union(out.Warnings, s.warnings)
	slices.SortStableFunc(out.Results, func(a, b result.Level) int { return cmp.Compare(a.Load(), b.Load()) })
	out.Search = &result.Search{
		Over: over(s.b.Mode), Goals: goals, Load: found(a.Load), Confirmed: a.Confirmed, Low: found(a.Low), High: found(a.High), Bounded: a.Bounded, Probes: s.probes,
	}
	return out
}

// found is x for JSON: nil where nothing was found.
func found(x float64) *float64 {
	if x == 0 || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func over(m Mode) string {
	if m == Serve {
		return "arrival_rate"
	}
	return "concurrency"
}
