package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// turning is a level of 4 slots with 400 requests, each of 100 ms: its first token comes after ttft(i) ms and 20 or so of
// noise, the other nine at the end.
func turning(seed uint64, ttft func(i int) int) Level {
	rng := rand.New(rand.NewPCG(seed, 0))
	var rs []*record.Record
	for i := range 400 {
		sent := i / 4 * 100
		r := request(sent, [2]int{sent + ttft(i) + rng.IntN(20), 1}, [2]int{sent + 100, 9})
		r.Done = record.Stamp(sent+100) * msec
		rs = append(rs, r)
	}
	return Level{Slots: 4, Trials: []Trial{{Records: rs, T1: 10_000 * msec, FullSwing: true}}}
}

// 80 of 400 requests take 40 ms longer to their first token: a mean of 8 ms more. Four are in flight throughout.
func TestTransientOfALevel(t *testing.T) {
	slow := func(i int) int {
		if i < 80 {
			return 60
		}
		return 20
	}
	got := Describe(turning(1, slow)).Transient
	ttft, flying := got.Series["ttft"], got.Series["in_flight"]
	if got.Verdict != result.StartsOff || ttft.Verdict != result.StartsOff || ttft.Cut != 0.2 || math.Abs(ttft.Bias-8) > 1 {
		t.Errorf("TTFT: %+v, want a cut of 0.2 and a bias of about 8 ms", ttft)
	}
	if flying.Verdict != result.Steady || math.Abs(flying.Mean-4) > 1e-9 || math.Abs(flying.Bias) > 1e-9 {
		t.Errorf("in flight: %+v, want 4 throughout", flying)
	}
	// 10 tokens of 4 requests in 100 ms
	if tokens := got.Series["output_tokens_per_sec"]; tokens.Verdict != result.Steady || math.Abs(tokens.Mean-400) > 5 {
		t.Errorf("tokens: %+v, want about 400 per second", tokens)
	}
	if got := Describe(turning(1, func(i int) int { return 20 + i/10 })).Transient; got.Verdict != result.NoSteadyState {
		t.Errorf("a ramp: %+v, want no steady state", got)
	}
	if got := Describe(turning(1, func(int) int { return 20 })).Transient; got.Verdict != result.Steady {
		t.Errorf("no transient: %+v", got)
	}
}

// 3 ms more in 5 % of the requests is there for sure, since nothing else varies, and moves a mean of 30 ms by 0.15: it does
// not matter.
func TestTransientThatDoesNotMatter(t *testing.T) {
	of := func(more int) result.Unsteadiness {
		l := turning(1, func(int) int { return 0 })
		for i := range l.Trials[0].Records {
			sent, first := i/4*100, 30
			if i < 20 {
				first += more
			}
			l.Trials[0].Records[i] = request(sent, [2]int{sent + first, 1})
		}
		return Describe(l).Transient.Series["ttft"]
	}
	if got := of(3); got.Verdict != result.Steady || got.Cut != 0.05 || math.Abs(got.Bias-0.15) > 1e-9 {
		t.Errorf("%+v, want steady, with a cut of 0.05 and a bias of 0.15", got)
	}
	if got := of(30); got.Verdict != result.StartsOff || math.Abs(got.Bias-1.5) > 1e-9 {
		t.Errorf("%+v, want a transient with a bias of 1.5", got)
	}
}

// What the mean of five trials shows may drown in the noise of one.
func TestTransientOverTrials(t *testing.T) {
	slow := func(i int) int {
		if i < 30 {
			return 28
		}
		return 20
	}
	var l Level
	for seed := range uint64(5) {
		one := turning(seed, slow)
		l.Slots, l.Trials = one.Slots, append(l.Trials, one.Trials...)
	}
	all := Describe(l).Transient.Series["ttft"]
	if all.Verdict != result.StartsOff || math.Abs(all.Bias-0.6) > 0.2 {
		t.Errorf("over five trials: %+v, want a bias of 8·30/400 = 0.6", all)
	}
	l.Trials[4].Records = l.Trials[4].Records[:200] // and goes as far as the shortest
	if got := Describe(l).Transient.Series["ttft"]; got.Verdict != result.StartsOff || math.Abs(got.Bias-1.2) > 0.4 {
		t.Errorf("as far as the shortest: %+v", got)
	}
}

func TestTransientWhereThereIsNothingToTell(t *testing.T) {
	check := func(what string, change func(*Level)) {
		t.Helper()
		l := turning(1, func(int) int { return 20 })
		change(&l)
		if got := Describe(l).Transient; got != nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
	check("99 requests", func(l *Level) { l.Trials[0].Records = l.Trials[0].Records[:99] })
	check("a shape", func(l *Level) { l.Trials[0].Shaped = true })
	check("less than two turns a slot", func(l *Level) { l.Slots = 300 })
	check("no window", func(l *Level) { l.Trials[0].T1 = 0 })
	check("no trial", func(l *Level) { l.Trials = nil })
}
