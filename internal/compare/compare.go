package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Options say what is compared, and how sure a verdict must be. The zero value is a sane one.
type Options struct {
	Metrics         []string // default: Metrics, and goodput where there are goals
	Gates           string   // "ttft_p99<=+5%, throughput>=-2%"; over all levels
	ConfidenceLevel float64  // default 0.95
	Margin          float64  // relative differences within it are "same"; default 0.02
	AcceptOneStart  bool     // let verdicts be about the processes at hand where starts are too few
	NameA, NameB    string   // default "A" and "B"
	Paired          bool     // start i of A and start i of B were taken together
}

// minStarts of each arm are what a verdict on servers needs: a start has a placement in memory, a clock and a luck of
// its own, that all its trials share.
const minStarts = 3

// power is the probability with which Needed units would decide.
const power = 0.8

// Check finds what Compare would refuse, before there is anything to compare.
func (o Options) Check() error {
	c := &comparison{Options: o, a: newArm(&result.Run{}), b: newArm(&result.Run{})}
	return c.prepare()
}

// comparison is one being made.
type comparison struct {
	Options
	a, b    *arm
	byStart bool
	metrics []metric
	gates   []gate
	seen    []figures // behind each contrast of out
	held    []held    // behind each gate
	alpha   float64
	out     *result.Comparison
}

// Compare sets b against a.
func Compare(a, b *result.Run, o Options) (*result.Comparison, error) {
	c := &comparison{Options: o, a: newArm(a), b: newArm(b)}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	c.describe()
	for i := range a.Results {
		at := &a.Results[i]
		if hasPoint(b, at) {
			c.contrast(at)
		}
		c.hold(at)
	}
	if len(c.out.Levels) == 0 {
		return nil, fmt.Errorf("no load point is in both results")
	}
	c.decide()
	c.decideGates()
	return c.out, nil
}

// contrast adds a level that both have, with the figures behind its metrics.
func (c *comparison) contrast(at *result.Level) {
	level := result.ComparedLevel{Concurrency: at.Concurrency, ArrivalRate: at.ArrivalRate, Metrics: []result.Contrast{}}
	for _, m := range c.metrics {
		if f := c.figures(m, at); len(f.seen.a)+len(f.seen.b) > 0 {
			c.seen = append(c.seen, f)
			level.Metrics = append(level.Metrics, f.seen.contrast(m, c.ConfidenceLevel, c.Margin))
		}
	}
	c.out.Levels = append(c.out.Levels, level)
}

func (c *comparison) prepare() error {
	c.ConfidenceLevel, c.Margin = or(c.ConfidenceLevel, 0.95), or(c.Margin, 0.02)
	c.NameA, c.NameB = or(c.NameA, "A"), or(c.NameB, "B")
	if !(c.ConfidenceLevel > 0 && c.ConfidenceLevel < 1) {
		return fmt.Errorf("confidence level %g: want more than 0 and less than 1", c.ConfidenceLevel)
	}
	if !(c.Margin > 0 && c.Margin < 1) {
		return fmt.Errorf("margin %g: want more than 0 and less than 1", c.Margin)
	}
	c.alpha = 1 - c.ConfidenceLevel
	c.byStart = min(len(c.a.starts), len(c.b.starts)) >= minStarts
	names := c.Metrics
	if len(names) == 0 {
		names = Metrics
		if slices.ContainsFunc(c.a.run.Results, func(l result.Level) bool { return l.Goodput != nil }) {
			names = append(slices.Clone(names), "goodput")
		}
	}
	for _, name := range names {
		m, err := metricNamed(name)
		if err != nil {
			return err
		}
		c.metrics = append(c.metrics, m)
	}
	var err error
	c.gates, err = parseGates(c.Gates)
	return err
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// figures are a metric's at a level: as they were seen; and where the client's own error makes most, and least, of B
// against A.
type figures struct{ seen, most, least sample }

func (c *comparison) figures(m metric, at *result.Level) figures {
	return figures{c.sample(m.get, m.get, at), c.sample(m.at(lowEnd), m.at(highEnd), at), c.sample(m.at(highEnd), m.at(lowEnd), at)}
}

func (c *comparison) sample(a, b reading, at *result.Level) sample {
	return newSample(c.a.values(a, at, c.byStart), c.b.values(b, at, c.byStart), c.Paired)
}

// describe says what is compared.
func (c *comparison) describe() {
	c.out = &result.Comparison{
		SchemaVersion: result.ComparisonSchemaVersion, A: c.a.described(c.NameA), B: c.b.described(c.NameB),
		Unit: "server start", About: "servers", ConfidenceLevel: c.ConfidenceLevel, Margin: c.Margin,
		Levels: []result.ComparedLevel{}, Gates: []result.Gate{}, Warnings: []string{},
	}
	load, setup := Differences(c.a.run, c.b.run)
	c.out.LoadDifferences, c.out.SetupDifferences = append([]result.Difference{}, load...), append([]result.Difference{}, setup...)
	say := func(format string, args ...any) {
		c.out.Warnings = append(c.out.Warnings, fmt.Sprintf(format, args...))
	}
	if !c.byStart {
		c.out.Unit, c.out.About = "trial", "these two processes"
		say("%d and %d server starts: what is seen is about these two processes, not about the servers; %d starts of each can tell more (splleed compare --a … --b …)",
			len(c.a.starts), len(c.b.starts), minStarts)
	}
	if len(load) > 0 {
		say("the load is not the same (%s): the figures answer different questions", load[0].What)
	}
	for _, a := range []result.Arm{c.out.A, c.out.B} {
		if a.Simulated {
			say("%s is a simulated server", a.Name)
		}
	}
	for _, side := range []struct {
		name    string
		in, all *result.Run
	}{{c.NameA, c.a.run, c.b.run}, {c.NameB, c.b.run, c.a.run}} {
		if points := missing(side.in, side.all); len(points) > 0 {
			say("not measured in %s: %s", side.name, strings.Join(points, "; "))
		}
		for _, l := range side.in.Results {
			if in := l.Instrument; in != nil && in.Grade != result.OK {
				say("%s at %s: the client's own part is %s: %s", side.name, l.Point(), in.Grade, strings.Join(in.Reasons, "; "))
			}
		}
	}
	for _, r := range []*result.Run{c.a.run, c.b.run} {
		if r.Interrupted {
			say("a run was stopped before it was complete")
		}
	}
}

// silent is why no verdict may be given on these figures: starts are too few, or those that have them; "" where one may.
func (c *comparison) silent(s sample) string {
	switch {
	case c.AcceptOneStart:
		return ""
	case !c.byStart:
		return "too few server starts: see --accept-one-start"
	case min(len(s.a), len(s.b)) < minStarts:
		return fmt.Sprintf("measured on %d and %d server starts: want %d of each", len(s.a), len(s.b), minStarts)
	}
	return ""
}

// decide gives each contrast its verdict: "same" where the difference is shown to be inside the margin, however surely
// it is one, else better or worse by Holm over all of them.
func (c *comparison) decide() {
	var contrasts []*result.Contrast
	for l := range c.out.Levels {
		for m := range c.out.Levels[l].Metrics {
			contrasts = append(contrasts, &c.out.Levels[l].Metrics[m])
		}
	}
	holm(contrasts, func(x *result.Contrast) **float64 { return &x.P }, func(x *result.Contrast) **float64 { return &x.PHolm })
	for i, x := range contrasts {
		f := c.seen[i]
		verdict := c.verdict(x, f)
		switch {
		case verdict != result.Undecided:
		case c.differs(x) || c.same(f.seen):
			x.Note = or(x.Note, "the client's own error may be all of it")
		default:
			x.Needed = c.needed(f.seen, len(contrasts))
		}
		switch why := c.silent(f.seen); {
		case why == "":
			x.Verdict = verdict
		case c.byStart:
			x.Note = or(x.Note, why)
		case verdict != result.Undecided:
			x.ProcessVerdict = verdict
		}
	}
}

// verdict is what the figures show wherever the client's own error may have put them.
func (c *comparison) verdict(x *result.Contrast, f figures) result.Verdict {
	more := f.seen.bAbove()
	nearest := f.most
	if more {
		nearest = f.least
	}
	switch {
	case c.same(f.most) && c.same(f.least):
		return result.Same
	case !c.differs(x) || nearest.bAbove() != more || !(nearest.p() < c.alpha):
		return result.Undecided
	case more == (x.Better == "higher"):
		return result.Better
	}
	return result.Worse
}

func (c *comparison) differs(x *result.Contrast) bool { return x.PHolm != nil && *x.PHolm < c.alpha }

func (c *comparison) same(s sample) bool { return s.pSame(c.Margin) < c.alpha }

// needed is how many units of each arm would likely tell a difference, as one of many, or show that it is inside the
// margin, whichever is less; 0 where it is more than anybody would run.
func (c *comparison) needed(s sample, family int) int {
	if !s.logs {
		return 0
	}
	times := s.welch.Needed(0, 1-c.alpha/2/float64(family), power)
	if margin := math.Log1p(c.Margin); math.Abs(s.welch.Mean) < margin {
		times = min(times, max(s.welch.Needed(margin, 1-c.alpha, power), s.welch.Needed(-margin, 1-c.alpha, power)))
	}
	return s.units(times)
}

// most is how many units of an arm are worth proposing.
const most = 1000

// units is how many an arm a multiple of those at hand is.
func (s sample) units(times float64) int {
	have := max(len(s.a), len(s.b))
	n := math.Ceil(times * float64(have))
	if math.IsNaN(n) || n > most {
		return 0
	}
	return max(int(n), have+1)
}

// holm adjusts the p values that there are.
func holm[T any](of []*T, from, to func(*T) **float64) {
	var ps []float64
	var places []**float64
	for _, x := range of {
		if p := *from(x); p != nil {
			ps, places = append(ps, *p), append(places, to(x))
		}
	}
	for i, p := range stats.Holm(ps) {
		*places[i] = &p
	}
}
