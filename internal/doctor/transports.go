package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/splleed/splleed/internal/calibrate"
)

// The load of a trial: 64 streams at 4 ms a token are 16,000 events a second for 1.5 s.
var (
	trialScript = calibrate.Script{TTFT: 20 * time.Millisecond, ITL: 4 * time.Millisecond, TTFTSigma: 0.3, ITLSigma: 0.2}
	trialMix    = calibrate.Mix{Streams: 64, Requests: 64, Tokens: 375, Prompt: 500}
	arrivals    = calibrate.Mix{Rate: 500, Requests: 500, Tokens: 1, Streams: 32, Prompt: 500}
)

// Transports tries each transport against a truth server, program, in about 3 s each.
func Transports(ctx context.Context, program string, kinds []string) ([]Check, error) {
	server, err := calibrate.Start(ctx, program, trialScript)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	var checks []Check
	for _, kind := range kinds {
		mix, open := trialMix, arrivals
		mix.Transport, open.Transport = kind, kind
		streams, err := server.Play(ctx, mix)
		if err != nil {
			return append(checks, Check{Name: "transport " + kind, Verdict: Unknown, Found: err.Error()}), ctx.Err()
		}
		requests, err := server.Play(ctx, open)
		if err != nil {
			return append(checks, Check{Name: "transport " + kind, Verdict: Unknown, Found: err.Error()}), ctx.Err()
		}
		checks = append(checks, stampError(kind, streams), capacity(kind, streams), lateness(kind, requests))
	}
	return checks, nil
}

func stampError(kind string, o calibrate.Outcome) Check {
	check := Check{Name: "stamps, " + kind, Figures: map[string]any{
		"kernel_stamped": o.Kernel, "requests": o.Requests, "stamp_error_p50_ms": o.Stamp.P50, "stamp_error_p99_ms": o.Stamp.P99, "itl_error_p99_ms": o.ITL.P99,
		"truth_send_p50_ms": o.Send.P50, "truth_send_p99_ms": o.Send.P99, "failed": o.Failed,
	}}
	whose := "the client's own"
	if o.Kernel > 0 {
		whose = fmt.Sprintf("the kernel's for %d of %d streams", o.Kernel, o.Requests)
	}
	check.Found = fmt.Sprintf("%s, off by %s (p50), %s (p99); the truth itself ±%s", whose, milliseconds(o.Stamp.P50), milliseconds(o.Stamp.P99), milliseconds(o.Send.P99))
	check.Verdict = judge(o.Stamp.P99-o.Send.P99, 1, 20)
	if kind == "epoll" && o.Kernel == 0 && check.Verdict == OK {
		check.Verdict = Warn
	}
	if o.Failed > 0 {
		check.Verdict, check.Found = Bad, fmt.Sprintf("%d of %d requests failed: %s", o.Failed, o.Requests, o.Failure)
		return check.when("loopback itself fails: look at limits and at the kernel's log")
	}
	if o.Kernel == 0 {
		return check.when("its stamps are as late as its reads: free a core")
	}
	return check.when("the kernel itself or the reader is late: stop what else runs here, give the client a core of its own")
}

// slow is how few events a second a core may handle before that is worth a word.
const slow = 20e3

func capacity(kind string, o calibrate.Outcome) Check {
	rate := o.EventsPerCPUSecond()
	if rate == nil {
		return unknown("capacity, "+kind, "the time that a process uses is not told here")
	}
	check := Check{
		Name: "capacity, " + kind, Verdict: OK, Found: count(*rate) + " events/s per core",
		Figures: map[string]any{"events_per_cpu_second": *rate, "at_events_per_second": o.EventsPerSecond()},
	}
	if *rate < slow {
		check.Verdict = Warn
	}
	return check.when("keep streams × tokens per second well below that for each core")
}

func lateness(kind string, o calibrate.Outcome) Check {
	check := Check{
		Name: "dispatch, " + kind, Verdict: judge(o.Lateness.P99, 1, 20),
		Found:   fmt.Sprintf("requests leave %s (p50), %s (p99) after they are due", milliseconds(o.Lateness.P50), milliseconds(o.Lateness.P99)),
		Figures: map[string]any{"lateness_p50_ms": o.Lateness.P50, "lateness_p99_ms": o.Lateness.P99, "requests_per_second": arrivals.Rate},
	}
	return check.when("arrivals will be late by as much (it is reported with every run): free a core")
}
