package instrument

import (
	"fmt"
	"math"
	"slices"

	"github.com/splleed/splleed/internal/result"
)

// checks judge what may be wrong beside single numbers. Each adds what it finds.
var checks = []func(*result.Level, func(result.Grade, string, ...any)){starved, machine, network, clocked, stimulated}

// Limits of the checks. docs/instrument.md says why.
const (
	runDelayOfTime = 0.01 // of the time; and
	runDelayShare  = 0.50 // either of the time in which threads are fit to run,
	runDelayMeanMs = 0.1  // or at a time
	stealShare     = 0.01
	gcPauseMs      = 1
	localGapMs     = 20 // heartbeat, where it cannot make stamps late: shared virtual machines stand still for 11 ms now and then
	remoteGapMs    = 2  // where it can
	softirqMs      = 0.5
	slewPPM        = 50
	suspendedMs    = 1
	bracketUs      = 50
	deliveredShare = 0.005
	dispersion     = 0.02
	latenessOfGap  = 0.01
	latenessMs     = 0.25
	inFlightShare  = 0.02
)

// over reports a known value above a limit.
func over(x *float64, limit float64) bool { return x != nil && *x > limit }

// starved: the client wanted a core and got none.
func starved(l *result.Level, add func(result.Grade, string, ...any)) {
	c := l.Instrument.Client
	if c == nil {
		return
	}
	if over(c.RunDelayMs, 1000*runDelayOfTime*c.DurationSec) && (over(c.RunDelayShare, runDelayShare) || over(c.RunDelayMeanMs, runDelayMeanMs)) {
		add(result.Degraded, "the client was starved: its threads waited for a core for %s ms in all%s", brief(*c.RunDelayMs), waits(c))
	}
	gap := float64(localGapMs)
	if remote(l.Instrument.Path) {
		gap = remoteGapMs
	}
	if over(c.HeartbeatMaxMs, gap) {
		add(result.Degraded, "the client was starved: a core that serves the network was out of reach for %s ms", brief(*c.HeartbeatMaxMs))
	}
	if over(c.ThrottledMs, 0) {
		add(result.Degraded, "the client was starved: a cgroup's quota kept it from running for %s ms", brief(*c.ThrottledMs))
	}
}

// waits says more of the time that threads waited for a core, as far as it is known.
func waits(c *result.ClientState) (words string) {
	if c.RunDelayShare != nil {
		words += fmt.Sprintf(", %.0f %% of the time in which they could have run", 100**c.RunDelayShare)
	}
	if c.RunDelayMeanMs != nil {
		words += fmt.Sprintf(", %s ms at a time", brief(*c.RunDelayMeanMs))
	}
	return words
}

// remote reports a path on which the kernel's stamps are not taken in the sender's context: they may be late.
func remote(p result.Path) bool { return p.Kind != "loopback" && p.Kind != "" }

// machine: others had its time.
func machine(l *result.Level, add func(result.Grade, string, ...any)) {
	c := l.Instrument.Client
	if c == nil {
		return
	}
	if over(c.StealShare, stealShare) {
		add(result.Degraded, "the hypervisor gave %.1f %% of the machine's time to others", 100**c.StealShare)
	}
	if over(c.GCPauseMaxMs, gcPauseMs) {
		add(result.Degraded, "the garbage collector stopped the client for %s ms", brief(*c.GCPauseMaxMs))
	}
}

// network: the kernel was late, or something was lost.
func network(l *result.Level, add func(result.Grade, string, ...any)) {
	if n := l.Instrument.Loss; n != nil && n.Requests > 0 {
		add(result.Degraded, "%d requests met loss on the way: %d segments were sent again, %d came out of order", n.Requests, n.Retransmitted, n.OutOfOrder)
	}
	c := l.Instrument.Client
	if c == nil {
		return
	}
	happened := func(n *int) bool { return n != nil && *n > 0 }
	if over(c.SoftirqDelayMaxMs, softirqMs) {
		add(result.Degraded, "the kernel's own stamps may be late: its network threads waited for a core for up to %s ms", brief(*c.SoftirqDelayMaxMs))
	}
	if remote(l.Instrument.Path) && happened(c.SoftnetSqueezed) {
		add(result.Degraded, "the kernel put off reading packets %d times: their stamps are late", *c.SoftnetSqueezed)
	}
	if happened(c.SoftnetDropped) {
		add(result.Degraded, "the kernel dropped %d packets", *c.SoftnetDropped)
	}
	if happened(c.RcvPruned) || happened(c.RcvCollapsed) {
		add(result.Degraded, "receive queues on this machine were full: packets were dropped or merged, stamps with them")
	}
}

// prompt are the clock sources that need no system call.
var prompt = []string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"}

// clocked: the clocks can be relied on.
func clocked(l *result.Level, add func(result.Grade, string, ...any)) {
	c := l.Instrument.Clocks
	if c == nil {
		return
	}
	if c.Steps > 0 && l.Instrument.Stamps != "user" {
		add(result.Invalid, "the wall clock was set (%d times), and the kernel's stamps with it", c.Steps)
	}
	if over(c.SuspendedMs, suspendedMs) {
		add(result.Invalid, "the machine slept for %s ms", brief(*c.SuspendedMs))
	}
	if c.SlewPPM != nil && math.Abs(*c.SlewPPM) > slewPPM {
		add(result.Degraded, "the clock was being slewed by %.0f in a million: durations are off by as much", *c.SlewPPM)
	}
	if over(c.BracketUs, bracketUs) && l.Instrument.Stamps != "user" {
		add(result.Degraded, "the kernel's stamps are mapped to within %s µs only", brief(*c.BracketUs))
	}
	if c.Source != nil && !slices.Contains(prompt, *c.Source) {
		add(result.Degraded, "each look at the clock is a system call (%s)", *c.Source)
	}
}

// stimulated: the load was the one that was asked for.
func stimulated(l *result.Level, add func(result.Grade, string, ...any)) {
	s := l.Instrument.Stimulus
	if s.OwnFailures > 0 {
		add(result.Invalid, "the client held the load back: it had no file, port or memory left for the connections of %d requests", s.OwnFailures)
	}
	if s.Delivered != nil && math.Abs(*s.Delivered-1) > deliveredShare {
		add(result.Degraded, "the load was %.1f %% of what was asked for", 100**s.Delivered)
	}
	if late := l.Instrument.Lateness; s.MeanGapMs != nil && late != nil && over(late.P99, max(latenessOfGap**s.MeanGapMs, latenessMs)) {
		add(result.Degraded, "requests went up to %s ms late (p99)", brief(*late.P99))
	}
	if s.Dispersion != nil && math.Abs(*s.Dispersion-*s.ScheduledDispersion) > dispersion*max(1, *s.ScheduledDispersion) {
		add(result.Degraded, "requests left less evenly or more so than asked for: dispersion %s, not %s", brief(*s.Dispersion), brief(*s.ScheduledDispersion))
	}
	// Of answers that are all errors none takes long enough for a slot to be full.
	if l.NumSuccessful > 0 && s.InFlightTarget != nil && over(s.InFlight, 0) && *s.InFlight < (1-inFlightShare)*float64(*s.InFlightTarget) {
		add(result.Degraded, "%s requests were in flight on average, not %d: the client held the load back", brief(*s.InFlight), *s.InFlightTarget)
	}
}
