package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// segment is what the server sent at once.
type segment struct {
	at     record.Stamp
	tokens []int // of its events
}

// stream makes up what a server sends: gaps around 10 ms, some short, some long; one to three events a segment.
func stream(r *rand.Rand) []segment {
	at := 100 * msec
	var all []segment
	for range 1 + r.IntN(30) {
		at += record.Stamp(r.ExpFloat64() * float64(10*msec) * []float64{0.01, 1, 1, 1, 8}[r.IntN(5)])
		s := segment{at: at / 100 * 100}
		for range []int{1, 1, 1, 1, 2, 3}[r.IntN(6)] {
			s.tokens = append(s.tokens, []int{1, 1, 1, 4}[r.IntN(4)])
		}
		all = append(all, s)
	}
	return all
}

// read is the record of a reader that looks at the given moments at what has come by then. Only of what came in one
// segment, which a reader that looks at once knows, is there no bound.
func read(segments []segment, looks []record.Stamp) *record.Record {
	r := record.New()
	r.Phase, r.Scheduled, r.Sent, r.SentEnd, r.OutputTokens = record.Measured, 90*msec, 100*msec, 100*msec, 0
	empty := r.Sent
	for _, look := range looks {
		var a record.Arrival
		n := 0
		for len(segments) > 0 && segments[0].at <= look {
			for _, tokens := range segments[0].tokens {
				a.Tokens += tokens
				a.Events++
			}
			a.At = segments[0].at
			segments = segments[1:]
			n++
		}
		if n > 1 {
			a.Bound = a.At.Sub(empty)
		}
		if n > 0 {
			r.Arrivals.Append(record.Arrival{At: a.At, Tokens: a.Tokens, Events: a.Events, Bound: a.Bound})
			r.Finish, r.FinishBound = a.At, a.Bound
			r.OutputTokens += record.Count(a.Tokens)
		}
		empty = look
	}
	r.Done = r.Finish
	return r
}

// prompt looks at every segment as it comes; sleepy when it gets round to it, now and then after a long time.
func prompt(segments []segment) (looks []record.Stamp) {
	for _, s := range segments {
		looks = append(looks, s.at)
	}
	return looks
}

func sleepy(r *rand.Rand, segments []segment, pace time.Duration) (looks []record.Stamp) {
	end := segments[len(segments)-1].at
	for at := 100 * msec; at < end; {
		at += record.Stamp(r.ExpFloat64()*float64(pace)) / 100 * 100
		looks = append(looks, at)
	}
	return looks
}

// holds reports what of the truth lies outside of the ends. Stamps are in steps of 100 ns.
func holds(t *testing.T, what string, truth, seen result.Level) {
	t.Helper()
	const step = 0.0002
	for name, m := range seen.Metrics {
		check := func(reading string, true *result.Summary, ends *result.Ends) {
			if true == nil || ends == nil {
				return
			}
			for _, stat := range result.EndsNames {
				v, e := true.At(stat), ends.At(stat)
				if v != nil && e != nil && (*v < e[0]-step || *v > e[1]+step) {
					t.Errorf("%s: true %s %s %s is %v, not in %v", what, reading, name, stat, *v, *e)
				}
				if v := m.Served.At(stat); reading == "served" && v != nil && (*v < e[0]-step || *v > e[1]+step) {
					t.Errorf("%s: reported %s %s is %v, not in %v", what, name, stat, *v, *e)
				}
			}
		}
		if m.Instrument == nil {
			continue
		}
		in, tm := m.Instrument, truth.Metrics[name]
		check("served", &tm.Served, &in.Served)
		check("offered", tm.Offered, in.Offered)
		check("response", tm.Response, in.Response)
		check("service", tm.Service, in.Service)
	}
}

// Whatever a late reader makes of random streams, the truth of a prompt one lies between the ends.
func TestEndsHoldTheTruth(t *testing.T) {
	paces := []time.Duration{100 * time.Microsecond, 3 * time.Millisecond, 20 * time.Millisecond, 200 * time.Millisecond}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		pace := paces[r.IntN(len(paces))]
		var truth, seen Trial
		for range 1 + r.IntN(40) {
			segments := stream(r)
			truth.Records = append(truth.Records, read(segments, prompt(segments)))
			seen.Records = append(seen.Records, read(segments, sleepy(r, segments, pace)))
		}
		holds(t, fmt.Sprintf("seed %d", seed), Describe(Level{Trials: []Trial{truth}, Open: true}), Describe(Level{Trials: []Trial{seen}, Open: true}))
	}
}

// Stamps of the client's own are late by up to a lag, which varies.
func TestEndsHoldTheTruthOfLateStamps(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		lag := &record.Lag{}
		for i := range 2000 {
			lag.User = append(lag.User, time.Duration(i%7)*time.Millisecond/2)
		}
		var truth, seen Trial
		for range 1 + r.IntN(20) {
			segments := stream(r)
			right := read(segments, prompt(segments))
			late, last := *right, record.Stamp(0)
			late.Arrivals = record.Arrivals{}
			for a := range right.Arrivals.All() {
				for d := 4 * time.Millisecond; ; d /= 2 { // the first delay that the lag at its end allows
					if at := max(a.At+record.Stamp(d), last); at == last || lag.Of(at, record.StampUser) >= at.Sub(a.At) {
						a.At = max(at, a.At)
						break
					}
				}
				last = a.At
				late.Arrivals.Append(a)
				late.Finish = a.At
			}
			truth.Records, seen.Records = append(truth.Records, right), append(seen.Records, &late)
		}
		seen.Lag = lag
		holds(t, fmt.Sprintf("seed %d", seed), Describe(Level{Trials: []Trial{truth}, Open: true}), Describe(Level{Trials: []Trial{seen}, Open: true}))
	}
}

// By hand: one token at 10 ms, two late ones at 40 that came after 25, sent at 0 and handed over by 1.
//
//	ttft: 9 to 10, for the sending. icl: one gap of 15 to 30, perhaps a second of up to 15. itl: two samples that share
//	15 to 30: the larger 7.5 to 30, the other 0 to 15. tpot: 15 to 30 for 2 tokens.
func TestEndsByHand(t *testing.T) {
	r := request(0, [2]int{10, 1})
	r.SentEnd = msec
	r.TCP = record.TCP{Retransmitted: 1, OutOfOrder: 2, Received: 1000}
	r.Arrivals.Append(record.Arrival{At: 40 * msec, Tokens: 2, Events: 2, Bound: 15 * time.Millisecond})
	r.Finish, r.FinishBound, r.Done, r.OutputTokens = 40*msec, 15*time.Millisecond, 41*msec, 3
	l := Describe(Level{Trials: []Trial{{Records: []*record.Record{r}}}, Slots: 1})
	check := func(metric, stat string, want [2]float64) {
		t.Helper()
		if got := l.Metrics[metric].Instrument.Served.At(stat); got == nil || *got != want {
			t.Errorf("%s %s in %v, want %v", metric, stat, got, want)
		}
	}
	check("ttft", "p50", [2]float64{9, 10})
	check("icl", "mean", [2]float64{7.5, 30})   // 15 in two gaps, or 30 in one
	check("icl", "p50", [2]float64{7.5, 30})    // of (0, 15); of 30, since 15 could not raise it
	check("itl", "p50", [2]float64{3.75, 22.5}) // of (0, 7.5) and (15, 30)
	check("itl", "mean", [2]float64{7.5, 15})
	check("tpot", "p50", [2]float64{7.5, 15})
	check("stall", "p50", [2]float64{15, 30})
	check("e2e", "p50", [2]float64{24, 40})
	if in := l.Instrument; in.Merged != 1 || in.Coalesced != 1 {
		t.Errorf("%d merged, %d coalesced", in.Merged, in.Coalesced)
	}
	if lost := l.Instrument.Loss; lost == nil || *lost != (result.Loss{Requests: 1, Retransmitted: 1, OutOfOrder: 2}) {
		t.Errorf("lost %+v", lost)
	}
}
