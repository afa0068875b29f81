package splleed_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/sim"
)

// faults says what the client must make of each fault of the simulated server: a type of failure, or "" for none.
var faults = []struct {
	fault string // "kind:settings"
	want  record.FailureType
}{
	{"http_400:", record.HTTP4xx},
	{"http_429:", record.RateLimited},
	{"http_500:", record.HTTP5xx},
	{"late_headers:delay=50ms,", ""},
	{"late_headers:delay=1m,", record.TimeoutFirstToken},
	{"hang:", record.TimeoutFirstToken},
	{"hang:after=3,", record.TimeoutIdle},
	{"stall:delay=50ms,", ""},
	{"stall:delay=1m,", record.TimeoutIdle},
	{"reset:", record.Reset},
	{"cut:", record.Truncated},
	{"truncate:", record.Truncated},
	{"in_band_error:", record.InBandError},
	{"malformed:", record.Malformed},
	{"empty:", record.Empty},
	{"blank_token:", ""},
	{"role_only:", ""},
	{"group:", ""},
	{"coalesce:", ""},
	{"split:", ""},
	{"no_done:", ""},
	{"no_space:", ""},
	{"crlf:", ""},
	{"comment:", ""},
}

func TestEveryFaultHasALine(t *testing.T) {
	for kind := range sim.FaultKinds() {
		found := false
		for _, f := range faults {
			found = found || strings.HasPrefix(f.fault, kind+":")
		}
		if !found {
			t.Errorf("fault %q is not in the table", kind)
		}
	}
}

// Every third of twelve requests meets the fault: four failures of its type, or none. Goodput falls by as many, and the
// requests that succeed have all their tokens.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		for _, api := range []string{"completions", "chat", "native"} {
			for _, transport := range transports() {
				t.Run(f.fault+"/"+api+"/"+transport, func(t *testing.T) {
					t.Parallel()
					checkFault(t, f.fault, api, transport, f.want)
				})
			}
		}
	}
}

// TestFaultsOverHTTP2 meets the same: a connection that ends in the middle is there the end of a stream, by a reset.
func TestFaultsOverHTTP2(t *testing.T) {
	for _, f := range faults {
		want := f.want
		if want == record.Truncated && strings.HasPrefix(f.fault, "cut:") {
			want = record.Reset
		}
		t.Run(f.fault, func(t *testing.T) {
			t.Parallel()
			checkFault(t, f.fault, "completions", "http2", want)
		})
	}
}

// checkFault takes "http2" for a transport.
func checkFault(t *testing.T, fault, api, transport string, want record.FailureType) {
	noWarmup, failed := 0, 0
	if want != "" {
		failed = 4
	}
	results, err := splleed.Benchmark{
		Backend:     splleed.Sim{Mode: "script", TTFTMs: 10, ITLMs: 1, API: api, Faults: []string{fault + "every=3"}},
		Prompts:     []string{"one", "two", "three"},
		Concurrency: []int{6}, // so that silences pass side by side
		Runs:        12,
		Warmup:      &noWarmup,
		NoFiller:    true, // so that the twelve are the server's first
		Sampling:    splleed.Sampling{MaxTokens: 8},
		SLO:         splleed.SLO{TTFTMs: 60_000},
		Timeouts:    splleed.Timeouts{FirstTokenS: 2, IdleS: 2},
		HTTP2:       transport == "http2",
		Transport:   strings.TrimPrefix(transport, "http2"),
	}.Run(t.Context())
	var tooMany *splleed.TooManyFailures
	if errors.As(err, &tooMany) != (failed > 0) {
		t.Fatalf("Run: %v, want too many failures only where requests fail", err)
	}
	l := results.Results[0]
	if l.NumRequests != 12 || l.NumFailed != failed || l.Failures[string(want)].Count != failed {
		t.Errorf("%d of %d failed, as %v; want %d of 12, as %q", l.NumFailed, l.NumRequests, l.Failures, failed, want)
	}
	if failed > 0 && l.Failures[string(want)].Example == "" {
		t.Error("no example of the failure is kept")
	}
	if l.Goodput.Good != 12-failed || *l.Goodput.Percent != 100*float64(12-failed)/12 {
		t.Errorf("goodput: %d, %v %%; want %d of 12", l.Goodput.Good, *l.Goodput.Percent, 12-failed)
	}
	if l.Tokens.Output != 8*(12-failed) {
		t.Errorf("%d tokens of %d successes, want 8 each", l.Tokens.Output, 12-failed)
	}
}
