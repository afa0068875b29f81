package instrument

import (
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

// Each disturbance turns the grade of a level in which all else is well, with its own reason.
func TestChecks(t *testing.T) {
	check := func(want result.Grade, reason string, disturb func(*result.Instrument)) {
		t.Helper()
		l := level(map[string]result.Metric{"itl": metric(0, 0)})
		in := l.Instrument
		in.Client, in.Clocks = &result.ClientState{DurationSec: 10}, &result.Clocks{Source: ptr("tsc")}
		in.Path.Kind = "loopback"
		disturb(in)
		Certify(l)
		if said := strings.Join(in.Reasons, "; "); in.Grade != want || !strings.Contains(said, reason) || (said == "") != (want == result.OK) {
			t.Errorf("%s: %q; want %s: %q", in.Grade, said, want, reason)
		}
	}
	check(result.OK, "", func(*result.Instrument) {})
	waits := func(share, sum, mean float64) func(*result.Instrument) {
		return func(in *result.Instrument) {
			in.Client.RunDelayShare, in.Client.RunDelayMs, in.Client.RunDelayMeanMs = &share, &sum, &mean
		}
	}
	check(result.Degraded, "waited for a core for 900 ms in all, 40 % of the time in which they could have run, 0.5 ms at a time", waits(0.4, 900, 0.5))
	check(result.Degraded, "waited for a core for 900 ms in all, 70 % of the time", waits(0.7, 900, 0.02))
	check(result.Degraded, "70 % of the time", func(in *result.Instrument) { // results of before the mean was told
		in.Client.RunDelayShare, in.Client.RunDelayMs = ptr(0.7), ptr(900.0)
	})
	check(result.OK, "", waits(0.7, 90, 0.5))
	check(result.OK, "", waits(0.4, 900, 0.02)) // several threads wake at once, and each runs soon
	check(result.OK, "", func(in *result.Instrument) { in.Client.HeartbeatMaxMs = ptr(11.0) })
	check(result.Degraded, "out of reach for 25 ms", func(in *result.Instrument) { in.Client.HeartbeatMaxMs = ptr(25.0) })
	check(result.Degraded, "out of reach for 5 ms", func(in *result.Instrument) { in.Path.Kind, in.Client.HeartbeatMaxMs = "veth", ptr(5.0) })
	check(result.Degraded, "the kernel's own stamps may be late", func(in *result.Instrument) { in.Client.SoftirqDelayMaxMs = ptr(3.5) })
	check(result.Degraded, "quota", func(in *result.Instrument) { in.Client.ThrottledMs = ptr(3.0) })
	check(result.Degraded, "hypervisor gave 2.0 %", func(in *result.Instrument) { in.Client.StealShare = ptr(0.02) })
	check(result.Degraded, "garbage", func(in *result.Instrument) { in.Client.GCPauseMaxMs = ptr(2.0) })
	check(result.Degraded, "full", func(in *result.Instrument) { in.Client.RcvPruned = ptr(1) })
	check(result.OK, "", func(in *result.Instrument) { in.Loss = &result.Loss{} })
	check(result.Degraded, "2 requests met loss on the way: 3 segments were sent again, 1 came out of order", func(in *result.Instrument) {
		in.Loss = &result.Loss{Requests: 2, Retransmitted: 3, OutOfOrder: 1}
	})
	check(result.Invalid, "was set", func(in *result.Instrument) { in.Clocks.Steps = 1 })
	check(result.Invalid, "slept", func(in *result.Instrument) { in.Clocks.SuspendedMs = ptr(50.0) })
	check(result.Degraded, "slewed by -80", func(in *result.Instrument) { in.Clocks.SlewPPM = ptr(-80.0) })
	check(result.Degraded, "system call (hpet)", func(in *result.Instrument) { in.Clocks.Source = ptr("hpet") })
	check(result.Invalid, "connections of 3 requests", func(in *result.Instrument) { in.Stimulus.OwnFailures = 3 })
	check(result.Degraded, "99.0 %", func(in *result.Instrument) { in.Stimulus.Delivered = ptr(0.99) })
	check(result.Degraded, "less evenly", func(in *result.Instrument) {
		in.Stimulus.Dispersion, in.Stimulus.ScheduledDispersion = ptr(1.1), ptr(1.0)
	})
	check(result.Degraded, "5 requests were in flight on average, not 8", func(in *result.Instrument) {
		in.Stimulus.InFlight, in.Stimulus.InFlightTarget = ptr(5.0), ptr(8)
	})
	l := level(nil)
	l.NumSuccessful, l.Instrument.Stimulus.InFlight, l.Instrument.Stimulus.InFlightTarget = 0, ptr(5.0), ptr(8)
	if Certify(l); strings.Contains(strings.Join(l.Instrument.Reasons, "; "), "in flight") {
		t.Errorf("where nothing succeeded: %q", l.Instrument.Reasons)
	}
	late := func(p99 float64) func(*result.Instrument) {
		return func(in *result.Instrument) {
			in.Lateness, in.Stimulus.MeanGapMs = &result.Summary{P99: &p99}, ptr(100.0) // 1 % is 1 ms
		}
	}
	check(result.OK, "", late(0.9))
	check(result.Degraded, "up to 1.1 ms late", late(1.1))
}
