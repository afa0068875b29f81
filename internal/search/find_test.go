package search

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// step is a server that passes up to an edge and fails beyond it, clearly.
func step(edge float64) Try {
	return func(load float64, _ int) (Verdict, error) {
		if load <= edge {
			return Passes, nil
		}
		return Fails, nil
	}
}

func TestFindEndsAtTheEdge(t *testing.T) {
	for _, edge := range []float64{0.3, 1, 7.7, 100, 4000} {
		a, err := Find(Plan{Start: 10, Min: 0.01, Max: 1e4, Tolerance: 0.02, Requests: 10}, step(edge))
		if err != nil || !a.Bounded || a.Load > edge || a.Load < edge/1.02 || a.Low != a.Load || !a.Confirmed || a.High < edge || len(a.Probes) > 25 {
			t.Errorf("edge %v: %+v, %v", edge, a, err)
		}
		last := a.Probes[len(a.Probes)-1]
		if !last.Confirms || last.Load != a.Load || last.Requests != 60 {
			t.Errorf("edge %v: the last probe is %+v, want a confirmation of the answer", edge, last)
		}
	}
}

func TestFindOfWholeLoads(t *testing.T) {
	for edge := 1.0; edge <= 40; edge++ {
		a, err := Find(Plan{Start: 8, Min: 1, Max: 64, Tolerance: 0.02, Requests: 10, Whole: true}, step(edge))
		if err != nil || a.Load != edge || a.High != edge+1 {
			t.Errorf("edge %v: %+v, %v", edge, a, err)
		}
	}
}

func TestFindStaysInItsLimits(t *testing.T) {
	plan := Plan{Start: 10, Min: 1, Max: 100, Tolerance: 0.02, Requests: 10}
	if a, _ := Find(plan, step(1e9)); a.Load != 100 || a.Bounded || !math.IsInf(a.High, 1) {
		t.Errorf("a server that always passes: %+v", a)
	}
	if a, _ := Find(plan, step(0)); a.Load != 0 || !a.Bounded || a.Low != 0 {
		t.Errorf("a server that never passes: %+v", a)
	}
}

func TestFindKeepsWhatItKnowsAtAnError(t *testing.T) {
	tries := 0
	a, err := Find(Plan{Start: 10, Min: 1, Max: 1e4, Tolerance: 0.02, Requests: 10}, func(load float64, n int) (Verdict, error) {
		if tries++; tries == 6 {
			return Undecided, errors.New("stopped")
		}
		return step(50)(load, n)
	})
	if err == nil || a.Load != 40 || a.Confirmed || len(a.Probes) != 5 {
		t.Errorf("%+v, %v", a, err)
	}
}

// unlucky is a server of which the first confirmation fails; what comes after that is then's.
func unlucky(edge float64, then Try) Try {
	tried, failed := map[float64]bool{}, false
	return func(load float64, n int) (Verdict, error) {
		switch {
		case failed:
			return then(load, n)
		case tried[load]:
			failed = true
			return Fails, nil
		}
		tried[load] = true
		return step(edge)(load, n)
	}
}

// A search that is stopped while it steps down does not answer with the load that it was about to try.
func TestFindAnswersWithWhatItTried(t *testing.T) {
	stopped := func(float64, int) (Verdict, error) { return Undecided, errors.New("stopped") }
	a, err := Find(Plan{Start: 10, Min: 1, Max: 1e4, Tolerance: 0.02, Requests: 10}, unlucky(11.2, stopped))
	last := a.Probes[len(a.Probes)-1]
	passed := func(p Probe) bool { return p.Load == a.Load && p.Verdict.Passed() }
	if err == nil || a.Confirmed || !last.Confirms || a.Load >= last.Load || !slices.ContainsFunc(a.Probes, passed) {
		t.Errorf("%+v, %v", a, err)
	}
}

// Loads that can be named end the search where the tolerance is finer than they are.
func TestFindEndsAtTheFinestLoads(t *testing.T) {
	for _, edge := range []float64{0.7, 12.345, 999.96, 1000.4} {
		tries := 0
		a, err := Find(Plan{Start: 10, Min: 0.1, Max: 1e4, Tolerance: 1e-6, Requests: 10}, func(load float64, n int) (Verdict, error) {
			if tries++; tries > 100 {
				return Undecided, errors.New("it does not end")
			}
			return step(edge)(load, n)
		})
		if err != nil || a.Load > edge || a.Load < edge/1.0011 || !a.Confirmed {
			t.Errorf("edge %v: %v in [%v, %v], %v", edge, a.Load, a.Low, a.High, err)
		}
	}
}

// A step down is one to the next load that has a name, not one of a whole request a second.
func TestFindStepsDownByLittle(t *testing.T) {
	a, err := Find(Plan{Start: 1, Min: 0.1, Max: 10, Tolerance: 1e-6, Requests: 10}, unlucky(1.5, step(1.5)))
	if err != nil || a.Load != 1.498 && a.Load != 1.499 || !a.Confirmed {
		t.Errorf("%+v, %v", a, err)
	}
}

// A load that passed by luck does not stand: its confirmation fails, and the search steps down.
func TestFindStepsDownFromLuck(t *testing.T) {
	luck := 2
	a, err := Find(Plan{Start: 10, Min: 1, Max: 1e4, Tolerance: 0.02, Requests: 10}, func(load float64, n int) (Verdict, error) {
		if load > 9.9 && load <= 11 && luck > 0 {
			luck--
			return LeansPass, nil
		}
		return step(9.9)(load, n)
	})
	if err != nil || a.Load > 9.9 || a.Load < 9.9/1.03 {
		t.Errorf("%+v, %v", a, err)
	}
}

// 500 requests of a process with correlations rho, rho², …, of which as many miss as may, are judged wrongly, either way, at
// most as often as the level says. (By the variance of 16 batches of misses alone, those of a rho of 0.8 and 0.9 would pass
// in 17 and 30 % of cases where 1 % may miss.) 500 simulations: the limit is 5 % and three standard errors.
func TestJudgeKeepsItsLevel(t *testing.T) {
	for allowed, limit := range map[float64]float64{0.05: 1.6448536, 0.01: 2.3263479} {
		for _, rho := range []float64{0, 0.5, 0.8, 0.9} {
			rng := rand.New(rand.NewPCG(3, uint64(100*rho)))
			wrong := map[Verdict]int{}
			for range 500 {
				requests, x := make([][]float64, 500), rng.NormFloat64()
				for i := range requests {
					requests[i] = []float64{x - limit}
					x = rho*x + math.Sqrt(1-rho*rho)*rng.NormFloat64()
				}
				wrong[Judge(requests, allowed, 0.95)]++
			}
			if wrong[Passes] > 39 || wrong[Fails] > 39 {
				t.Errorf("%v may miss, rho %v: %v", allowed, rho, wrong)
			}
		}
	}
}

// None of 299 independent requests that misses leaves an upper bound of 1 - 0.05^(1/299), just below 1 %. The bound is
// somewhat wider, since nobody told that they are independent: 370 do, 298 do not.
func TestJudgeWithoutMisses(t *testing.T) {
	if v := Judge(nil, 0.01, 0.95); v != Undecided {
		t.Errorf("no requests: %v", v)
	}
	rng := rand.New(rand.NewPCG(4, 1))
	for n, want := range map[int]Verdict{298: LeansPass, 370: Passes} {
		requests := make([][]float64, n)
		for i := range requests {
			requests[i] = []float64{-1 - rng.Float64()}
		}
		if v := Judge(requests, 0.01, 0.95); v != want {
			t.Errorf("%d requests: %v, want %v", n, v, want)
		}
	}
}

// A multiple of just above 1 misses, of just below or 1 itself does not; none at all is no miss either.
func TestStepsKeepTheLimit(t *testing.T) {
	w := NewWatch([]float64{0.5})
	w.Ended([][]float64{{0, 0.5, 0.9999, 1}})
	if shares := w.Shares(); shares[0] != 0 {
		t.Errorf("up to the limit %v miss", shares)
	}
	w.Ended([][]float64{{1.0001, 2, math.Inf(1), 1}})
	if shares := w.Shares(); shares[0] != 3./8 {
		t.Errorf("%v miss, want three of eight", shares)
	}
}

// What is seen later does not change what is being looked at.
func TestSeenStays(t *testing.T) {
	w := NewWatch([]float64{0.5})
	w.Ended([][]float64{{2}})
	seen := w.Seen()
	for range 100 {
		w.Ended([][]float64{{0.5}})
		w.Arrived(1)
	}
	if seen.Requests() != 1 || seen.Shares()[0] != 1 || w.Requests() != 101 {
		t.Errorf("%d requests, of which %v miss", seen.Requests(), seen.Shares())
	}
}

// A queue that a server falls behind on, by 0.5 requests an arrival, against one that comes and goes.
func TestGrowing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	steady, growing := 0, 0
	for range 200 {
		walk, ramp := make([]int, 320), make([]int, 320)
		for i := range walk {
			walk[i] = 20 + rng.IntN(20)
			ramp[i] = 10 + i/2 + rng.IntN(20)
		}
		if Growing(walk) {
			steady++
		}
		if Growing(ramp) {
			growing++
		}
	}
	if steady > 0 || growing < 190 {
		t.Errorf("%d of 200 steady series grow, %d of 200 growing ones", steady, growing)
	}
}
