package metrics

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/splleed/splleed/internal/record"
)

// shared is a level of 8 streams that share an engine: its 2,000 steps take 10 to 12 ms, and bring each stream a token.
// A request is 20 tokens long.
func shared() Level {
	rng := rand.New(rand.NewPCG(1, 2))
	var rs []*record.Record
	at := record.Stamp(0)
	for range 100 {
		batch := make([]*record.Record, 8)
		for i := range batch {
			batch[i] = record.New()
			batch[i].Phase, batch[i].Scheduled, batch[i].Sent = record.Measured, at, at
		}
		for range 20 {
			at += record.Stamp(10e6 + rng.IntN(2e6))
			for _, r := range batch {
				r.Arrivals.Append(record.Arrival{At: at, Tokens: 1, Events: 1})
			}
		}
		for _, r := range batch {
			r.Finish, r.Done, r.OutputTokens = at, at, 20
		}
		rs = append(rs, batch...)
	}
	return Level{Slots: 8, Trials: []Trial{{Records: rs, T0: 0, T1: at, FullSwing: true}}}
}

// 100 × 19 gaps of 8 streams each are 1,900 steps, however many samples there are; the true median of a step is 11 ms.
func TestWithinCountsStepsNotTokens(t *testing.T) {
	level := Describe(shared())
	itl := level.Metrics["itl"].Served
	p50 := itl.Within["p50"]
	if itl.N != 15200 || p50.ESS > 1900 || p50.ESS < 900 {
		t.Errorf("%d samples, %v effective; want 15200 and at most 1900", itl.N, p50.ESS)
	}
	if p50.Lower == nil || *p50.Lower > 11 || *p50.Upper < 11 {
		t.Errorf("p50 within the run: %+v, want it around 11", p50)
	}
	if want := []string{"p99_9"}; !slices.Equal(itl.Unsupported, want) {
		t.Errorf("unsupported: %v, want %v", itl.Unsupported, want)
	}
	// The eight requests of a batch are alike, so its TTFTs are worth a hundred or so, not 800.
	if ess := level.Metrics["ttft"].Served.Within["p50"].ESS; ess > 250 {
		t.Errorf("TTFT: %v effective samples of 100 batches", ess)
	}
}

func TestWithinIsOfOneTrial(t *testing.T) {
	l := shared()
	one := Describe(l).Metrics["itl"].Served
	l.Trials = append(l.Trials, l.Trials[0])
	two := Describe(l).Metrics["itl"].Served
	if two.Within != nil {
		t.Error("two trials have intervals within one run")
	}
	if len(two.Unsupported) != 1 || one.Within["p99"].TooCorrelated {
		t.Errorf("two trials: %v are unsupported", two.Unsupported)
	}
}

// One of 20 requests fails: p95 leans on it, p99 is beyond every bound.
func TestWithinOfOffered(t *testing.T) {
	l := shared()
	for i, r := range l.Trials[0].Records {
		if i%20 == 7 {
			r.Failure = &record.Failure{Type: record.TimeoutTotal}
		}
	}
	ttft := Describe(l).Metrics["ttft"]
	if w := ttft.Offered.Within["p50"]; w.Upper == nil {
		t.Errorf("p50 of the offered: %+v", w)
	}
	if w := ttft.Offered.Within["p95"]; !w.TooCorrelated && w.Upper != nil {
		t.Errorf("p95 of the offered: %+v, want no upper bound", w)
	}
}
