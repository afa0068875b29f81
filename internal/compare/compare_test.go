package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func ptr[T any](x T) *T { return &x }

// level has TTFT and TPOT percentiles at the given numbers of milliseconds, and a rate.
func level(concurrency int, ttft, tpot, rate float64) result.Level {
	summary := func(x float64) result.Metric {
		s := result.Summary{N: 100, P50: &x, P95: &x, P99: &x}
		return result.Metric{Served: s, Offered: &s}
	}
	return result.Level{
		Concurrency: &concurrency, Metrics: map[string]result.Metric{"ttft": summary(ttft), "tpot": summary(tpot)},
		Throughput: result.Throughput{OutputTokensPerSec: &rate},
	}
}

// run is trials of one level, each on a start of its own unless all are on one.
func run(oneStart bool, levels ...result.Level) *result.Run {
	r := &result.Run{Engine: "x", Model: "m", Results: levels[:1], NTrials: len(levels)}
	for i, l := range levels {
		start := fmt.Sprintf("start-%d", i)
		if oneStart {
			start = "start"
		}
		r.TrialResults = append(r.TrialResults, result.Trial{TrialIndex: i, ServerStart: start, ConcurrencyResults: []result.Level{l}})
	}
	return r
}

// scaled is trials whose TTFTs are the given ones, TPOT a tenth of them.
func scaled(oneStart bool, ttfts ...float64) *result.Run {
	var levels []result.Level
	for _, x := range ttfts {
		levels = append(levels, level(8, x, x/10, 1e5/x))
	}
	return run(oneStart, levels...)
}

func compared(t *testing.T, a, b *result.Run, o Options) *result.Comparison {
	t.Helper()
	c, err := Compare(a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func contrast(t *testing.T, c *result.Comparison, metric string) result.Contrast {
	t.Helper()
	for _, x := range c.Levels[0].Metrics {
		if x.Metric == metric {
			return x
		}
	}
	t.Fatalf("no %s in %+v", metric, c.Levels[0])
	return result.Contrast{}
}

var (
	six     = []float64{100, 101, 99, 100.5, 99.5, 100.2}
	slower  = []float64{120, 121, 119, 120.5, 119.5, 120.2}
	similar = []float64{100.1, 100.9, 99.2, 100.4, 99.4, 100.3}
)

func TestVerdicts(t *testing.T) {
	one := []string{"ttft_p99", "throughput"}
	c := compared(t, scaled(false, six...), scaled(false, slower...), Options{Metrics: one})
	if x := contrast(t, c, "ttft_p99"); x.Verdict != result.Worse || math.Abs(*x.Ratio-1.2) > 0.001 || *x.Low > 1.2 || *x.High < 1.2 || x.Better != "lower" {
		t.Errorf("20 %% slower is %+v", x)
	}
	if x := contrast(t, c, "output_tokens_per_sec"); x.Verdict != result.Worse || *x.Ratio > 0.84 {
		t.Errorf("a sixth less throughput is %+v", x)
	}
	back := compared(t, scaled(false, slower...), scaled(false, six...), Options{Metrics: one})
	if x := contrast(t, back, "ttft_p99"); x.Verdict != result.Better {
		t.Errorf("the other way round is %+v", x)
	}
	if x := contrast(t, compared(t, scaled(false, six...), scaled(false, similar...), Options{}), "ttft_p50"); x.Verdict != result.Same {
		t.Errorf("similar ones are %+v", x)
	}
	noisy := contrast(t, compared(t, scaled(false, 100, 120, 90), scaled(false, 110, 140, 95), Options{}), "ttft_p50")
	if noisy.Verdict != result.Undecided || noisy.Needed < 10 || noisy.Needed > 200 {
		t.Errorf("noisy ones are %+v; want undecided, with the starts that would decide", noisy)
	}
}

// A verdict must hold wherever the client's own error may have put the figures of either arm.
func TestVerdictsKnowTheClient(t *testing.T) {
	check := func(factor float64, b []float64, want result.Verdict) {
		t.Helper()
		for _, arms := range [][2]*result.Run{{blurred(factor, six...), scaled(false, b...)}, {scaled(false, six...), blurred(factor, b...)}} {
			x := contrast(t, compared(t, arms[0], arms[1], Options{Metrics: []string{"ttft_p99"}}), "ttft_p99")
			if x.Verdict != want || (x.Note != "") != (want == result.Undecided) || x.Needed != 0 {
				t.Errorf("%v known to within a factor of %v: %s %q, want %s", b, factor, x.Verdict, x.Note, want)
			}
		}
	}
	check(1, slower, result.Worse)
	check(1.1, slower, result.Worse) // 9 % slower at the least
	check(1.2, slower, result.Undecided)
	check(1.3, slower, result.Undecided) // it may even be better
	check(1.005, similar, result.Same)
	check(1.05, similar, result.Undecided)
}

// A difference that is surely one, and as surely inside the margin, is "same": the margin says what matters. One that may
// be outside is better or worse; and one that is outside by its bound alone is not "same" for being small.
func TestSameBeforeADifference(t *testing.T) {
	check := func(factor, margin float64, want result.Verdict) {
		t.Helper()
		var b []float64
		for _, x := range []float64{100, 100.1, 99.9, 100.05, 99.95, 100.02} {
			b = append(b, x*factor)
		}
		c := compared(t, scaled(false, 100, 100.1, 99.9, 100.05, 99.95, 100.02), scaled(false, b...), Options{Metrics: []string{"ttft_p99"}, Margin: margin})
		x := contrast(t, c, "ttft_p99")
		if x.Verdict != want || *x.PHolm > 0.001 {
			t.Errorf("%v times as long, margin %v: %s, want %s; p %v", factor, margin, x.Verdict, want, *x.PHolm)
		}
	}
	check(1.01, 0, result.Same)
	check(0.99, 0, result.Same)
	check(1.01, 0.005, result.Worse)
	check(0.99, 0.005, result.Better)
	check(1.0199, 0, result.Worse) // inside, but its upper bound is not
	check(1.03, 0, result.Worse)
}

// With few starts, what trials show is about the processes at hand, unless that is accepted.
func TestTooFewStarts(t *testing.T) {
	o := Options{Gates: "ttft_p99<=+5%"}
	c := compared(t, scaled(true, six...), scaled(true, slower...), o)
	x := contrast(t, c, "ttft_p99")
	if x.Verdict != result.Undecided || x.ProcessVerdict != result.Worse || c.About != "these two processes" || c.Unit != "trial" {
		t.Errorf("six trials of one start each: %+v, about %s", x, c.About)
	}
	if c.Verdict != result.Undecided {
		t.Errorf("the gate is %s", c.Verdict)
	}
	o.AcceptOneStart = true
	c = compared(t, scaled(true, six...), scaled(true, slower...), o)
	if x := contrast(t, c, "ttft_p99"); x.Verdict != result.Worse || c.Verdict != result.Fail || c.About != "these two processes" {
		t.Errorf("accepted: %+v, gate %s", x, c.Verdict)
	}
	single := compared(t, scaled(false, 100), scaled(false, 200), o)
	if x := contrast(t, single, "ttft_p99"); x.Verdict != result.Undecided || x.P != nil || single.Verdict != result.Undecided {
		t.Errorf("one trial each: %+v, gate %s", x, single.Verdict)
	}
}

// Starts that have no figure of a metric say nothing of it: two of six that have one are too few.
func TestTooFewStartsOfAMetric(t *testing.T) {
	b := scaled(false, slower...)
	for i := range 4 {
		delete(b.TrialResults[i].ConcurrencyResults[0].Metrics, "tpot")
	}
	o := Options{Gates: "tpot_p99<=+5%, ttft_p99<=+5%"}
	c := compared(t, scaled(false, six...), b, o)
	const note = "measured on 6 and 2 server starts: want 3 of each"
	if x := contrast(t, c, "tpot_p99"); x.Verdict != result.Undecided || x.ProcessVerdict != "" || x.Note != note {
		t.Errorf("two starts of B: %+v", x)
	}
	if g := c.Gates[0]; g.Verdict != result.Undecided || g.Note != note || c.Gates[1].Verdict != result.Fail {
		t.Errorf("gates: %+v", c.Gates)
	}
	o.AcceptOneStart = true
	c = compared(t, scaled(false, six...), b, o)
	if x := contrast(t, c, "tpot_p99"); x.Verdict != result.Worse || c.Gates[0].Verdict != result.Fail {
		t.Errorf("accepted: %+v, gates %+v", x, c.Gates)
	}
}

// A start on which nothing was measured is none, nor is one whose level was stopped.
func TestEmptyTrials(t *testing.T) {
	a := scaled(false, six[:3]...)
	a.TrialResults[2].ConcurrencyResults[0].Interrupted = true
	a.TrialResults = append(a.TrialResults, result.Trial{TrialIndex: 3, ServerStart: "start-3"})
	c := compared(t, a, scaled(false, six...), Options{})
	if c.A.Starts != 2 || c.A.Trials != 2 || c.About != "these two processes" {
		t.Errorf("%+v, about %s", c.A, c.About)
	}
}

// Levels whose grade is not ok are named, with the reason.
func TestGradesAreWarnings(t *testing.T) {
	b := scaled(false, six...)
	b.Results[0].Instrument = &result.Instrument{Grade: result.Degraded, Reasons: []string{"stamps are late"}}
	c := compared(t, scaled(false, six...), b, Options{})
	if want := "B at concurrency 8: the client's own part is degraded: stamps are late"; !slices.Contains(c.Warnings, want) {
		t.Errorf("warnings %q, want %q", c.Warnings, want)
	}
}

// A start counts once, however many trials it had.
func TestTrialsOfAStartAreOneUnit(t *testing.T) {
	a := scaled(false, 100, 400, 100, 100, 100, 100)
	a.TrialResults[1].ServerStart = "start-0"
	c := compared(t, a, scaled(false, six...), Options{})
	if x := contrast(t, c, "ttft_p50"); x.NA != 5 || c.A.Starts != 5 || c.A.Trials != 6 {
		t.Errorf("%d units, arm %+v; want 5 starts of 6 trials", x.NA, c.A)
	}
	// √(100·400) = 200 for the first start: the geometric mean of five is (200·100⁴)^(1/5).
	if x := contrast(t, c, "ttft_p50"); math.Abs(*x.A-100*math.Pow(2, 0.2)) > 1e-9 {
		t.Errorf("A is %v", *x.A)
	}
}

// A percentile beyond the timeout has no ratio: the order of the starts decides.
func TestBeyondTheTimeout(t *testing.T) {
	b := scaled(false, six...)
	for i := range b.TrialResults {
		l := &b.TrialResults[i].ConcurrencyResults[0]
		l.Metrics["ttft"] = result.Metric{Served: l.Metrics["ttft"].Served, Offered: &result.Summary{N: 100, Lost: 3, Beyond: []string{"p99"}}}
	}
	c := compared(t, scaled(false, six...), b, Options{Metrics: []string{"ttft_p99"}, Gates: "ttft_p99<=+5%"})
	x := contrast(t, c, "ttft_p99")
	if x.Verdict != result.Worse || x.Ratio != nil || !strings.Contains(x.Note, "beyond the timeout in 0 of 6 and 6 of 6") || c.Verdict != result.Fail {
		t.Errorf("all beyond the timeout: %+v, gate %s", x, c.Verdict)
	}
}

// What one arm alone measured is no timeout of it: it has its figure.
func TestMeasuredInOneArm(t *testing.T) {
	b := scaled(false, six...)
	for _, trial := range b.TrialResults {
		delete(trial.ConcurrencyResults[0].Metrics, "tpot")
	}
	x := contrast(t, compared(t, scaled(false, six...), b, Options{}), "tpot_p50")
	if x.A == nil || math.Abs(*x.A-10) > 0.1 || x.B != nil || x.NB != 0 || x.Note != "not measured in B" {
		t.Errorf("TPOT of A alone: %+v", x)
	}
	x = contrast(t, compared(t, b, scaled(false, six...), Options{}), "tpot_p50")
	if x.B == nil || x.A != nil || x.Note != "not measured in A" {
		t.Errorf("TPOT of B alone: %+v", x)
	}
}

func TestDifferences(t *testing.T) {
	a, b := scaled(false, six...), scaled(false, six...)
	a.Config = []byte(`{"backend":{"type":"vllm","max_num_seqs":1},"runs":10,"trials":3,"sampling":{"max_tokens":5}}`)
	b.Config = []byte(`{"backend":{"type":"vllm","max_num_seqs":8},"runs":10,"trials":6,"sampling":{"max_tokens":7}}`)
	load, setup := Differences(a, b)
	if want := []result.Difference{{What: "sampling.max_tokens", A: "5", B: "7"}}; !slices.Equal(load, want) {
		t.Errorf("load: %v", load)
	}
	if want := []result.Difference{{What: "backend.max_num_seqs", A: "1", B: "8"}}; !slices.Equal(setup, want) {
		t.Errorf("setup: %v", setup)
	}
	for _, key := range []string{
		`"strict":true`, `"precision":{"ttft_p99":0.05}`, `"max_trials":9`, `"max_duration_s":60`, `"certify":true`,
		`"server_metrics":"off"`, `"server_metrics_every_s":2`, `"gpu_metrics":"off"`,
	} {
		with := *b
		with.Config = []byte(strings.Replace(string(b.Config), `"runs"`, key+`,"runs"`, 1))
		if load, setup := Differences(b, &with); len(load)+len(setup) > 0 {
			t.Errorf("%s makes a difference: %v %v", key, load, setup)
		}
	}
	if c := compared(t, a, b, Options{}); !strings.Contains(strings.Join(c.Warnings, ";"), "the load is not the same (sampling.max_tokens)") {
		t.Errorf("warnings: %v", c.Warnings)
	}
	other := run(false, level(9, 1, 1, 1))
	if _, err := Compare(a, other, Options{}); err == nil {
		t.Error("runs without a common level are compared")
	}
}

// noisy is starts whose ten metrics are those of Metrics, each off by a factor of its own and one of the start's.
func noisy(rng *rand.Rand, starts int, noise, tpot float64) *result.Run {
	var levels []result.Level
	for range starts {
		draw := func(base, factor float64) float64 { return base * factor * math.Exp(noise*rng.NormFloat64()) }
		metric := func(base, factor float64) result.Metric {
			s := result.Summary{N: 400, P50: ptr(draw(base, factor)), P95: ptr(draw(base*1.5, factor)), P99: ptr(draw(base*2, factor))}
			return result.Metric{Served: s, Offered: &s}
		}
		levels = append(levels, result.Level{
			Concurrency: ptr(8),
			Metrics: map[string]result.Metric{
				"ttft": metric(50, 1), "tpot": metric(5, tpot), "icl": metric(6, 1), "e2e": metric(500, 1),
			},
			Throughput: result.Throughput{RequestsPerSec: ptr(draw(10, 1)), OutputTokensPerSec: ptr(draw(1000, 1))},
		})
	}
	return run(false, levels...)
}

// Equals are told apart in 5 % of comparisons at most, with ten independent metrics: the worst case. 65 of 1,000 is the
// limit; here 300, at most 26 (5 % of them are 15, with a standard deviation of 3.8).
func TestEqualsAreSeldomToldApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	apart := 0
	for range 300 {
		c := compared(t, noisy(rng, 6, 0.02, 1), noisy(rng, 6, 0.02, 1), Options{})
		if slices.ContainsFunc(c.Levels[0].Metrics, func(x result.Contrast) bool { return x.Verdict == result.Better || x.Verdict == result.Worse }) {
			apart++
		}
	}
	if apart > 26 {
		t.Errorf("%d of 300 comparisons of equals find a difference", apart)
	}
}

// A TPOT 5 % slower is found at 1 % of noise between starts.
func TestPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	found := 0
	for range 100 {
		if contrast(t, compared(t, noisy(rng, 6, 0.01, 1), noisy(rng, 6, 0.01, 1.05), Options{}), "tpot_p50").Verdict == result.Worse {
			found++
		}
	}
	if found < 95 {
		t.Errorf("5 %% is found in %d of 100", found)
	}
}
