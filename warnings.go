package splleed

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// unexpected is the share of the input that may be cached without having been sent before: a chat template.
const unexpected = 0.1

// levelWarnings is what makes a level's figures mean less than they seem to.
func levelWarnings(l result.Level) []string {
	said := []string{}
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	switch l.Window.Kind {
	case "short":
		say("too few requests for a window (%.2g a slot): rates are over first start to last end, ramp and tail included", l.Window.Turns)
	case "no_warmup":
		say("no warm-up brought the load to full swing: rates are over first start to last end, ramp and tail included")
	}
	if words := unsteady(l.Transient); words != "" {
		say("%s", words)
	}
	if b := l.Instrument.Backlog; b != nil && b.Unstable != nil && *b.Unstable {
		say("the server does not keep up: its backlog grew by %.3g requests a second, so the longer the run, the longer its latencies", b.SlopePerSec)
	}
	if share := l.Instrument.Path.DelayedAck; share != nil {
		say("%.1f %% of the gaps between chunks are about 40 ms: does the server, or a proxy, leave Nagle's algorithm on (TCP_NODELAY), which waits for delayed ACKs?", 100**share)
	}
	if share := l.Tokens.RepeatedShare; share > 0 {
		say("%.0f %% of the input had been sent before: with a prefix cache, TTFT is that of cache hits (cached input: %s)", 100*share, cached(l))
	}
	if hits := l.Tokens.CachedInputShare; hits != nil && *hits > l.Tokens.RepeatedShare+unexpected {
		say("%.0f %% of the input was in the server's prefix cache, %.0f %% had been sent by this run before: where prompts do not begin alike, an earlier run has sent them (another --seed, or --cache-bust, avoids that)", 100**hits, 100*l.Tokens.RepeatedShare)
	}
	if n := l.Tokens.ITLSources["chunks"]; n > 0 {
		say("in %d of %d requests tokens cannot be matched to events: ITL spreads them evenly (continuous_usage makes it exact)", n, l.NumSuccessful)
	}
	if n := l.Tokens.CountSources["events"]; n > 0 {
		say("the server did not count the tokens of %d of %d requests: one per event is a guess", n, l.NumSuccessful)
	}
	if n := l.Tokens.CountSources["unknown"]; n > 0 {
		say("the server did not count the tokens of %d of %d answers, which came in one piece: they are in no figure", n, l.NumSuccessful)
	}
	if n := l.Requests.Resent; n > 0 {
		say("%d requests were sent again since a kept-alive connection had died", n)
	}
	return said
}

// unsteady says what a window that was no steady state does to its figures; "" for one that was.
func unsteady(t *result.Transient) string {
	if t == nil || t.Verdict == result.Steady {
		return ""
	}
	var parts []string
	for _, s := range []struct{ key, name string }{{"in_flight", "requests in flight"}, {"ttft", "mean TTFT"}, {"output_tokens_per_sec", "output tokens per second"}} {
		if u := t.Series[s.key]; u.Verdict == t.Verdict {
			parts = append(parts, fmt.Sprintf("%s by %+.1f %% (first %.0f %%)", s.name, 100*u.Bias/(u.Mean-u.Bias), 100*u.Cut))
		}
	}
	if t.Verdict == result.NoSteadyState {
		return "no steady state: the level changes throughout; its beginning moves " + strings.Join(parts, ", ")
	}
	return "the beginning of the window is unlike the rest, and moves " + strings.Join(parts, ", ") + ": a longer warm-up would leave it out"
}

func cached(l result.Level) string {
	if l.Tokens.CachedInputShare == nil {
		return "unknown"
	}
	return fmt.Sprintf("%.0f %%", 100**l.Tokens.CachedInputShare)
}

// drifted says which statistics changed from trial to trial, where the trials drift.
func drifted(d *result.Drift) []string {
	if d.Verdict != result.Drifts {
		return nil
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(d.Trends)) {
		if t := d.Trends[key]; t.PerTrial != nil && t.P != nil {
			parts = append(parts, fmt.Sprintf("%s %+.1f %% a trial (p %.2g)", key, 100**t.PerTrial, *t.P))
		}
	}
	return []string{"the trials drift, so they are no repetitions and intervals over them mean less: " + strings.Join(parts, ", ")}
}

// union is what was said, and what more says that was not yet.
func union(said, more []string) []string {
	said = slices.Clip(said)
	for _, w := range more {
		if !slices.Contains(said, w) {
			said = append(said, w)
		}
	}
	return said
}
