package doctor

import (
	"fmt"

	"github.com/splleed/splleed/internal/stats"
)

// Calm is how well a thread that wants to run gets to, and how well clocks can be compared.
type Calm struct {
	Gaps      []float64 // ms by which a heartbeat of 1 ms came late
	Waited    *float64  // share of that time that the thread spent ready to run, waiting for a CPU; nil where not known
	MapWidth  float64   // ms: the narrowest bracket around a reading of the wall clock, median of some
	MapJitter float64   // ms by which the two clocks seemed to move against each other, at most
}

// Quiet judges it.
func Quiet(c Calm) []Check {
	return []Check{heartbeat(c), clockMap(c)}
}

func heartbeat(c Calm) Check {
	if len(c.Gaps) == 0 {
		return unknown("heartbeat", "not told")
	}
	gaps := stats.Sorted(c.Gaps)
	p50, p99, worst := stats.Quantile(gaps, 0.5), stats.Quantile(gaps, 0.99), gaps[len(gaps)-1]
	found := fmt.Sprintf("1 ms beats late by %s (p50), %s (p99), %s (worst)", milliseconds(p50), milliseconds(p99), milliseconds(worst))
	figures := map[string]any{"p50_ms": p50, "p99_ms": p99, "max_ms": worst, "run_queue_share": nil}
	if c.Waited != nil {
		found += fmt.Sprintf("; %.1f %% of the time waiting for a CPU", 100**c.Waited)
		figures["run_queue_share"] = *c.Waited
	}
	check := Check{Name: "heartbeat", Verdict: judge(p99, 0.25, 5), Found: found, Figures: figures}
	if check.Verdict == OK && worst > 10 {
		check.Verdict = Warn
	}
	return check.when("something else runs here (top, and the host's other guests): stop it, or pin splleed to cores of its own (taskset)")
}

func clockMap(c Calm) Check {
	check := Check{
		Name: "clock map", Verdict: judge(c.MapJitter, 0.001, 0.1),
		Found:   fmt.Sprintf("wall to monotonic clock within %.1f µs, jitter %.1f µs", 1000*c.MapWidth, 1000*c.MapJitter),
		Figures: map[string]any{"bracket_ms": c.MapWidth, "jitter_ms": c.MapJitter},
	}
	return check.when("kernel stamps are off by as much: is the wall clock being set (ntpdate, a VM that was resumed)? Let chrony slew it")
}
