package compare

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// blurred is scaled, with TTFTs that the client knows to within a factor only.
func blurred(factor float64, ttfts ...float64) *result.Run {
	r := scaled(false, ttfts...)
	for i, x := range ttfts {
		levels := r.TrialResults[i].ConcurrencyResults
		m := levels[0].Metrics["ttft"]
		m.Instrument = &result.Error{Grade: result.Degraded, Offered: &result.Ends{P99: &[2]float64{x / factor, x * factor}}}
		levels[0].Metrics["ttft"] = m
	}
	return r
}

// A gate needs figures on one side of its limit whatever the client missed of them, in either arm.
func TestGatesKnowTheClient(t *testing.T) {
	check := func(factor float64, gate string, b []float64, want result.Verdict, note string) {
		t.Helper()
		for _, arms := range [][2]*result.Run{{blurred(factor, six...), scaled(false, b...)}, {scaled(false, six...), blurred(factor, b...)}} {
			c := compared(t, arms[0], arms[1], Options{Gates: gate})
			if g := c.Gates[0]; g.Verdict != want || g.Note != note || (note != "" && g.Needed != 0) {
				t.Errorf("%s, known to within a factor of %v: %s %q, want %s %q", gate, factor, g.Verdict, g.Note, want, note)
			}
		}
	}
	const across = "the client's own error reaches across the limit"
	check(1.01, "ttft_p99<=+5%", similar, result.Pass, "")
	check(1.1, "ttft_p99<=+5%", similar, result.Undecided, across)
	check(1.1, "ttft_p99<=+15%", similar, result.Pass, "")
	check(1.1, "ttft_p99<=+5%", slower, result.Fail, "") // 9 % slower at the least
	check(1.2, "ttft_p99<=+5%", slower, result.Undecided, across)
	check(1, "ttft_p99<=+5%", slower, result.Fail, "")

	boundless := scaled(false, similar...)
	for _, trial := range boundless.TrialResults {
		m := trial.ConcurrencyResults[0].Metrics["ttft"]
		m.Instrument = &result.Error{Grade: result.Invalid, Offered: &result.Ends{}}
		trial.ConcurrencyResults[0].Metrics["ttft"] = m
	}
	if c := compared(t, scaled(false, six...), boundless, Options{Gates: "ttft_p99<=+5%"}); c.Verdict != result.Undecided || c.Gates[0].Note != across {
		t.Errorf("an error without bounds: %+v", c.Gates[0])
	}
}

func TestGates(t *testing.T) {
	check := func(gate string, b []float64, want result.Verdict) {
		t.Helper()
		c := compared(t, scaled(false, six...), scaled(false, b...), Options{Gates: gate})
		if c.Verdict != want {
			t.Errorf("%s on a ratio of %v: %s, want %s", gate, *contrast(t, c, "ttft_p99").Ratio, c.Verdict, want)
		}
	}
	check("ttft_p99<=+5%", similar, result.Pass)
	check("ttft_p99<=+5%", slower, result.Fail)
	check("ttft_p99<=+25%", slower, result.Pass)
	check("ttft_p99<=+20%", slower, result.Undecided)
	check("throughput>=-2%", similar, result.Pass)
	check("throughput>=-2%", slower, result.Fail)
	check("throughput>=-2%, ttft_p99<=+25%", slower, result.Fail)
	check("ttft_p99<=-10%", slower, result.Fail) // an improvement that was asked for
	for _, bad := range []string{"ttft_p99<=5", "ttft_p99=5%", "ttft<=5%", "speed<=5%", "ttft_p99>=-5%", "throughput<=5%", "ttft_p99<=-100%"} {
		if _, err := Compare(scaled(false, six...), scaled(false, six...), Options{Gates: bad}); err == nil {
			t.Errorf("%s is a gate", bad)
		}
	}
}

// atLevels is a run of six starts, each with all of these levels.
func atLevels(ttfts []float64, concurrencies ...int) *result.Run {
	r := scaled(false, ttfts...)
	r.Results = nil
	for _, n := range concurrencies {
		r.Results = append(r.Results, level(n, ttfts[0], 1, 1))
	}
	for i, x := range ttfts {
		r.TrialResults[i].ConcurrencyResults = nil
		for _, n := range concurrencies {
			r.TrialResults[i].ConcurrencyResults = append(r.TrialResults[i].ConcurrencyResults, level(n, x, x/10, 1e5/x))
		}
	}
	return r
}

// A gate does not pass at a level that B was not measured at, whatever it says at others. A level of B alone is no gate's.
func TestLevelsOfOneSide(t *testing.T) {
	a, b := atLevels(six, 8, 32), atLevels(similar, 8, 64)
	c := compared(t, a, b, Options{Gates: "ttft_p99<=+5%, throughput>=-5%", NameB: "new"})
	var got []string
	for _, g := range c.Gates {
		got = append(got, fmt.Sprintf("%d %s %s %s", *g.Concurrency, g.Gate, g.Verdict, g.Note))
	}
	want := []string{
		"8 ttft_p99<=+5% pass ", "8 throughput>=-5% pass ",
		"32 ttft_p99<=+5% undecided not measured in B", "32 throughput>=-5% undecided not measured in B",
	}
	if !slices.Equal(got, want) || c.Verdict != result.Undecided || len(c.Levels) != 1 {
		t.Errorf("gates %q, in all %s", got, c.Verdict)
	}
	warnings := strings.Join(c.Warnings, "\n")
	if !strings.Contains(warnings, "not measured in A: concurrency 64") || !strings.Contains(warnings, "not measured in new: concurrency 32") {
		t.Errorf("warnings: %q", c.Warnings)
	}
	one := compared(t, scaled(true, six...), atLevels(six, 8), Options{Gates: "ttft_p99<=+5%"})
	if one.Gates[0].Note != "too few server starts: see --accept-one-start" {
		t.Errorf("one start of A: %+v", one.Gates[0])
	}
}

// Where a start has no ratio, a gate is broken by what is beyond A's figures times its limit, not beyond A's figures.
func TestGatesWithoutRatios(t *testing.T) {
	a := []float64{0, 100, 101, 102, 103, 104} // one was so fast that nothing was seen of it
	check := func(gate string, b []float64, want result.Verdict) {
		t.Helper()
		if c := compared(t, scaled(false, a...), scaled(false, b...), Options{Gates: gate}); c.Verdict != want {
			t.Errorf("%s: %s, want %s: %+v", gate, c.Verdict, want, c.Gates)
		}
	}
	check("ttft_p99<=+100%", []float64{150, 151, 152, 153, 154, 155}, result.Undecided)
	check("ttft_p99<=+20%", []float64{150, 151, 152, 153, 154, 155}, result.Fail)
	check("ttft_p99<=-50%", []float64{80, 81, 82, 83, 84, 85}, result.Fail) // better, by less than was asked for
}
