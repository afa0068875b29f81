package load

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/schedule"
)

// Two slots of 1 s requests, one warm-up turn: the window opens at 1 s, when the later slot has turned over. In its 3.5 s
// that one starts at 1, 2, 3 and 4 s, the other at 2, 3 and 4 s. The last ones end at 5 s: drained they are measured, cut
// off at 4.5 s they are cancelled.
func TestClosedLoopForAWhile(t *testing.T) {
	for _, cut := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			level := Level{Slots: 2, Warmup: 1, Duration: 3500 * time.Millisecond, CutOff: cut, Filler: true}
			o, _ := play(t, t.Context(), level, always(time.Second))
			rs := measured(o)
			if o.T0 != second || o.T1 != 9*second/2 || !o.Timed || !o.Complete || len(rs) != 7 {
				t.Errorf("window [%d, %d), timed %v, complete %v, %d requests: want [1 s, 4.5 s), true, true, 7", o.T0, o.T1, o.Timed, o.Complete, len(rs))
			}
			lost := 0
			for _, r := range rs {
				if !r.OK() {
					lost++
				}
			}
			if want := map[bool]int{false: 0, true: 2}[cut]; lost != want {
				t.Errorf("cut off: %v: %d requests did not end, want %d", cut, lost, want)
			}
		})
	}
}

// One request a second for 4.5 s, each takes 2.5 s, one in flight: four arrive, and are sent at 1, 3.5, 6 and 8.5 s. Cut
// off at 4.5 s, the second is cancelled and two were never sent.
func TestOpenLoopForAWhile(t *testing.T) {
	check := func(cut bool, want map[record.FailureType]int) {
		synctest.Test(t, func(t *testing.T) {
			level := Level{Arrivals: every(time.Second), Cap: 1, Duration: 4500 * time.Millisecond, CutOff: cut, Filler: true}
			o, _ := play(t, t.Context(), level, always(2500*time.Millisecond))
			got := map[record.FailureType]int{}
			for _, r := range measured(o) {
				if r.OK() {
					got[""]++
				} else {
					got[r.Failure.Type]++
				}
			}
			for kind, n := range want {
				if got[kind] != n {
					t.Errorf("cut off: %v: %d of failure %q, want %d (all: %v)", cut, got[kind], kind, n, got)
				}
			}
			if !o.Timed || !o.Complete || o.T1.Sub(o.T0) != 4500*time.Millisecond {
				t.Errorf("timed %v, complete %v, a window of %v: want true, true, 4.5 s", o.Timed, o.Complete, o.T1.Sub(o.T0))
			}
		})
	}
	check(false, map[record.FailureType]int{"": 4})
	check(true, map[record.FailureType]int{"": 1, record.Cancelled: 1, record.Unsent: 2})
}

// Whichever of runs and duration is reached first ends the window.
func TestRunsAndDuration(t *testing.T) {
	check := func(runs int, timed bool, want int) {
		synctest.Test(t, func(t *testing.T) {
			level := Level{Arrivals: every(time.Second), Runs: runs, Duration: 5500 * time.Millisecond, Filler: true}
			o, _ := play(t, t.Context(), level, always(2*time.Second))
			if n := len(measured(o)); n != want || o.Timed != timed || !o.Complete {
				t.Errorf("runs %d: %d measured, timed %v, complete %v, want %d, %v, true", runs, n, o.Timed, o.Complete, want, timed)
			}
		})
	}
	check(3, false, 3)
	check(100, true, 5)
}

// A shape whose arrivals run dry ends with its time, not never.
func TestNoMoreArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _ := play(t, t.Context(), Level{Arrivals: schedule.Trace([]float64{0.5, 1}), Duration: 10 * time.Second}, always(time.Second))
		if n := len(measured(o)); n != 2 || !o.Complete || o.T1.Sub(o.T0) != 10*time.Second {
			t.Errorf("%d measured in a window of %v (complete: %v), want 2 in 10 s", n, o.T1.Sub(o.T0), o.Complete)
		}
	})
}

// The shape begins where the window does: warm-up has arrivals of its own.
func TestScheduleBeginsWithTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		level := Level{Lead: every(100 * time.Millisecond), Arrivals: schedule.Trace([]float64{0.25, 0.5}), Warmup: 5, Runs: 2}
		o, _ := play(t, t.Context(), level, always(50*time.Millisecond))
		var due []time.Duration
		for _, r := range measured(o) {
			due = append(due, r.Scheduled.Sub(o.T0))
		}
		if want := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond}; !slices.Equal(due, want) || o.T0 != record.At(lead+500*time.Millisecond) {
			t.Errorf("due %v after a window that opened at %d, want %v after 520 ms", due, o.T0, want)
		}
	})
}

// Probes are sent beside a full closed loop and beside an open one at its cap, take no place in them, and end with them.
func TestProbes(t *testing.T) {
	for _, level := range []Level{{Slots: 2, Runs: 10}, {Arrivals: every(100 * time.Millisecond), Cap: 2, Runs: 10}} {
		level.Probe = every(time.Second)
		synctest.Test(t, func(t *testing.T) {
			o, s := play(t, t.Context(), level, always(time.Second))
			probes := 0
			for _, r := range o.Records {
				if r.Phase == record.Probe && r.OK() {
					probes++
				}
			}
			if n := len(measured(o)); n != 10 || probes < 4 || probes > 5 || slices.Max(s.inFlight) > 4 {
				t.Errorf("%d measured, %d probes, %d in flight: want 10, 4 or 5 in 5 s, 2 and the probes", n, probes, slices.Max(s.inFlight))
			}
		})
	}
}
