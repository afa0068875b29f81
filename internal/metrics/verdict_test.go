package metrics

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// served is a trial of n requests, one after another, whose TTFTs are up to 10 ms more than the given one. Their E2E is
// 10 ms more than that.
func served(seed uint64, n, ttft int) Trial {
	rng := rand.New(rand.NewPCG(seed, 1))
	t := Trial{FullSwing: true}
	for i := range n {
		at := 2000*i + ttft + rng.IntN(11)
		t.Records = append(t.Records, request(2000*i, [2]int{at, 1}, [2]int{at + 10, 1}))
	}
	return t
}

func judged(t *testing.T, l Level, goal string) result.Goal {
	t.Helper()
	g, err := ParseGoal(goal)
	if err != nil {
		t.Fatal(err)
	}
	return l.Judge(g)
}

func TestJudge(t *testing.T) {
	check := func(goal string, l Level, want result.Verdict, note string) result.Goal {
		t.Helper()
		got := judged(t, l, goal)
		if got.Verdict != want || !strings.Contains(got.Note, note) || (note == "") != (got.Note == "") {
			t.Errorf("%s: %s (%s), want %s (…%s…): %+v", goal, got.Verdict, got.Note, want, note, got)
		}
		return got
	}
	of := func(trials ...Trial) Level { return Level{Trials: trials} }

	// None of 500 misses: at most 0.8 % do. None of 100: at most 3.6 %; 1 % takes 368 independent ones.
	if g := check("ttft_p99=120", of(served(1, 500, 100)), result.Pass, ""); g.Missed != 0 || g.MissedHigh > 0.01 || *g.Value > 110 || g.Needed != 0 {
		t.Errorf("500 good ones: %+v", g)
	}
	if g := check("ttft_p99=120", of(served(1, 100, 100)), result.Undecided, "too few samples"); g.Needed < 368 || g.Needed > 600 {
		t.Errorf("%d are needed, want rather more than 368", g.Needed)
	}
	check("ttft_p99=99", of(served(1, 500, 100)), result.Fail, "")
	check("ttft_p99=99", of(served(1, 10, 100)), result.Fail, "") // too few for a p99, but enough to see that none is good
	check("ttft_p50=120", of(served(1, 20, 100)), result.Pass, "")
	check("ttft_p90=120", of(served(1, 1, 100)), result.Undecided, "too few samples")
	check("itl_p90=11", of(served(1, 1, 100)), result.Undecided, "too few samples") // one block of time
	check("itl_p50=11", of(served(1, 100, 100)), result.Pass, "")
	check("itl_p50=9", of(served(1, 100, 100)), result.Fail, "")

	// Requests that failed miss, and are in no latency that pools tokens.
	broken := served(1, 500, 100)
	for i := 0; i < 500; i += 20 {
		broken.Records[i] = failed(2000*i, record.Reset)
	}
	if g := check("ttft_p99=120", of(broken), result.Fail, ""); g.Value != nil || g.Samples != 500 {
		t.Errorf("with 5 %% failed: %+v", g)
	}
	check("ttft_p90=120", of(broken), result.Pass, "")
	check("goodput=90%", of(broken), result.Pass, "") // without an SLO it is the share that succeeded
	check("goodput=99%", of(broken), result.Fail, "")
	nothing := Trial{Records: []*record.Record{failed(0, record.Reset)}}
	check("itl_p50=9", of(nothing), result.Undecided, "nothing was measured")

	// Goodput is held against the goals of requests.
	slo := func(e2e float64, trials ...Trial) Level { return Level{Trials: trials, SLO: SLO{TTFT: 115, E2E: e2e}} }
	if g := check("goodput=99%", slo(130, served(1, 500, 100)), result.Pass, ""); *g.Value != 100 || g.Limit != 99 {
		t.Errorf("all good: %+v", g)
	}
	check("goodput=99%", slo(109, served(1, 500, 100)), result.Fail, "")
	check("goodput=99%", slo(130, served(1, 100, 100)), result.Undecided, "too few samples")
}

// Trials that say different things are undecided however many samples they have; those of few samples each are not told
// apart from a server that is worse, however much they agree.
func TestJudgeOverTrials(t *testing.T) {
	trials := func(n int, ttfts ...int) (l Level) {
		for i, ttft := range ttfts {
			l.Trials = append(l.Trials, served(uint64(i+2), n, ttft))
		}
		return l
	}
	if g := judged(t, trials(200, 100, 101, 100, 102, 101), "ttft_p99=120"); g.Verdict != result.Pass || g.Trials == nil || g.Trials[1] > 120 || g.Trials[0] < 100 {
		t.Errorf("five alike: %+v", g)
	}
	if g := judged(t, trials(200, 130, 131, 130, 132, 131), "ttft_p99=120"); g.Verdict != result.Fail {
		t.Errorf("five that miss: %+v", g)
	}
	// Of all samples 2 in 5 are above 120 ms: more than half of them may be good. Of the medians, log t says 79 to 180.
	if g := judged(t, trials(200, 80, 90, 100, 160, 170), "ttft_p50=125"); g.Verdict != result.Undecided || !strings.Contains(g.Note, "trials differ") {
		t.Errorf("five that differ: %+v", g)
	}
	if g := judged(t, trials(20, 100, 101, 100, 102, 101), "ttft_p99=120"); g.Verdict != result.Undecided || !strings.Contains(g.Note, "too few samples") {
		t.Errorf("five of 20 requests: %+v", g)
	}
	one := trials(500, 100, 101)
	for i := range one.Trials[1].Records {
		one.Trials[1].Records[i] = failed(2000*i, record.Reset)
	}
	if g := judged(t, one, "ttft_p50=120"); g.Verdict != result.Undecided || g.Trials != nil {
		t.Errorf("one of two trials beyond the timeout: %+v", g)
	}
}

// What the client does not know stays between its ends: a verdict needs both on one side.
func TestJudgeKnowsTheClient(t *testing.T) {
	blurred := served(1, 500, 121)
	for _, r := range blurred.Records {
		late := record.New()
		for a := range r.Arrivals.All() {
			a.Bound = 5 * time.Millisecond
			late.Arrivals.Append(a)
		}
		r.Arrivals = late.Arrivals
	}
	// p99 is about 131, or 126 if all came 5 ms earlier.
	l := Level{Trials: []Trial{blurred}, SLO: SLO{TTFT: 128}}
	if g := judged(t, l, "ttft_p99=128"); g.Verdict != result.Undecided || !strings.Contains(g.Note, "client") || g.Bounds[0] > 127 || g.Bounds[1] < 130 {
		t.Errorf("within 5 ms of the limit: %+v", g)
	}
	if g := judged(t, l, "ttft_p99=120"); g.Verdict != result.Fail {
		t.Errorf("beyond the limit whatever the client missed: %+v", g)
	}
	if g := judged(t, l, "goodput=90%"); g.Verdict != result.Undecided || g.Bounds[0] > 80 || g.Bounds[1] != 100 {
		t.Errorf("goodput within 5 ms of the limit: %+v", g)
	}
	cut := served(1, 500, 100)
	for i := range 20 {
		cut.Records[25*i] = failed(50_000*i, record.Cancelled)
	}
	// 480 are good, and 20 may have been: 96 % to 100 %.
	if g := judged(t, Level{Trials: []Trial{cut}}, "goodput=99%"); g.Verdict != result.Undecided || *g.Bounds != [2]float64{96, 100} || g.Samples != 480 {
		t.Errorf("20 of 500 cut off: %+v", g)
	}
	if g := judged(t, Level{Trials: []Trial{cut}}, "goodput=95%"); g.Verdict != result.Pass {
		t.Errorf("20 of 500 cut off, 95 %% wanted: %+v", g)
	}
}

// A success that misses an objective has a strain above 1, one to which none applies has none, one in a piece has no TTFT.
func TestStrain(t *testing.T) {
	l := Level{SLO: SLO{TTFT: 10, TPOT: 4, E2E: 100}}
	check := func(r *record.Record, want float64) {
		t.Helper()
		if got := l.strain(r); got != want {
			t.Errorf("strain %v, want %v", got, want)
		}
	}
	check(request(0, [2]int{5, 1}, [2]int{7, 1}), 0.5)
	check(request(0, [2]int{5, 1}, [2]int{17, 2}), 1.5)
	whole := request(0, [2]int{50, 1})
	whole.Whole = true
	check(whole, 0.5)
	l.SLO = SLO{TPOT: 4}
	check(request(0, [2]int{5, 1}), 0)
	if l.strain(whole) != 0 {
		t.Error("a TPOT of what came in one piece")
	}
}
