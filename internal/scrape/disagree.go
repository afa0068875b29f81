package scrape

import (
	"fmt"
	"math"
	"strings"
)

// tolerance is how much two views of one thing may differ before it is said: docs/server-metrics.md.
const tolerance = 0.05

// disagreements says in words where server and client differ, most important first. Counters that were reset, and
// requests of somebody else, forbid to compare latencies.
func (v *view) disagreements() []string {
	said := []string{}
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if n := v.level.resets; n > 0 {
		say("the counters of the server fell %s: it was started anew, and what it counts is less than it did", times(n))
		return said
	}
	strangers := v.compareTokens(say)
	if strangers {
		say("somebody else uses this server: its latencies are not those of this run, and are not compared")
		return said
	}
	for _, name := range []string{ttft, itl, tpot, e2e} {
		v.compareLatency(name, say)
	}
	return said
}

// compareTokens reports whether the server made more tokens than we can have had.
func (v *view) compareTokens(say func(string, ...any)) (strangers bool) {
	count, told := v.server.Tokens[outputTokens]
	if !told {
		return false
	}
	ours := tokensOf(v.records)
	guessed := ""
	if ours.guessed {
		guessed = "; one per event, as the client counts here, is a guess"
	}
	switch n := count.Server; {
	case count.Exact && n != count.Client:
		share := ""
		if n > 0 {
			share = " (" + percent(count.Client/n-1) + ")"
		}
		say("it generated %.0f tokens in this level, the client counted %.0f%s%s", n, count.Client, share, guessed)
	case n > float64(ours.most)*(1+tolerance):
		say("it generated %.0f tokens in this level, the client's requests can have had %d at most%s", n, ours.most, guessed)
	case n < float64(ours.least)*(1-tolerance):
		say("it generated %.0f tokens in this level, the client counted %d in the requests that succeeded%s", n, ours.least, guessed)
	}
	return !ours.guessed && count.Server > float64(ours.most)*(1+tolerance)
}

// compareLatency compares means. A speculative engine's ITL is by step, ours by token: they are not the same thing.
func (v *view) compareLatency(name string, say func(string, ...any)) {
	l, told := v.server.Latencies[name]
	if !told || l.Difference == nil || math.Abs(*l.Difference) <= tolerance || name == itl && v.stretch.counters[draftTokens] > 0 {
		return
	}
	say("mean %s: %s by the server (%d samples), %s by the client (%d): %s",
		strings.ToUpper(name), milliseconds(*l.MeanMs), l.N, milliseconds(*l.ClientMeanMs), l.ClientN, percent(*l.Difference))
}

func milliseconds(ms float64) string { return fmt.Sprintf("%.3g ms", ms) }

func percent(x float64) string { return fmt.Sprintf("%+.1f %%", 100*x) }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
