//go:build engines && linux

package engines

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// loads are all modes of load in both APIs, with answers of fixed and of random lengths. An answer that a stop word ends
// at once is a failure ("empty"), and its tokens count.
var loads = []struct{ name, flags string }{
	{"latency", "--mode latency --runs 5 --max-tokens 32 --ignore-eos"},
	{"latency, chat", "--mode latency --runs 5 --max-tokens 32 --api chat --temperature 0"},
	{"throughput", "--concurrency 1,4 --runs 12 --max-tokens 48"},
	{"throughput, chat, random lengths", "--concurrency 4 --runs 16 --max-tokens 400 --api chat --temperature 1 --no-filler"},
	{"throughput, trials", "--concurrency 3 --runs 6 --trials 2 --max-tokens 16 --no-filler"},
	{"serve, stops", "--arrival-rate 30 --runs 20 --max-tokens 24 --temperature 1 --stop e --stop _the --max-error-rate 1"},
	{"serve, capped, chat", "--arrival-rate 30 --concurrency 2 --runs 12 --max-tokens 16 --api chat --no-filler"},
	{"one token", "--concurrency 2 --runs 10 --max-tokens 1 --no-filler"},
	// Long enough to fill blocks of vLLM's prefix cache.
	{"one prompt again and again", "--concurrency 2 --runs 10 --max-tokens 20 --no-filler --prompt " + strings.Repeat("the_water_is_long_", 40)},
	{"usage on every event", "--concurrency 2 --runs 8 --max-tokens 20 --continuous-usage --no-filler"},
}

// words are the flags of load i, with prompts of its own: no other load's are in the prefix cache. A "_" is a space.
func words(i int) []string {
	split := append(strings.Fields(loads[i].flags), "--seed", strconv.Itoa(i+1))
	if !slices.Contains(split, "--prompt") {
		split = append(split, "--input-len", "24")
	}
	for i := range split {
		split[i] = strings.ReplaceAll(split[i], "_", " ")
	}
	return split
}

// long is a load that goes on until something ends it.
var long = []string{"--concurrency", "4", "--runs", "2000", "--max-tokens", "100", "--ignore-eos", "--input-len", "24"}

// killed kills the server of a long load. That costs the requests that it had and those that come after; what was done
// before is kept.
func killed(t *testing.T, c *command, kill func()) {
	t.Helper()
	c.underLoad(t, 12)
	kill()
	c.end(t, 3)
	l := c.results(t).Results[0]
	if l.NumSuccessful == 0 || l.NumFailed == 0 || l.NumRequests != 2000 {
		t.Errorf("%d ok and %d failed of %d, want some of both and 2000", l.NumSuccessful, l.NumFailed, l.NumRequests)
	}
	typed := 0
	for kind, f := range l.Failures {
		switch kind {
		case "connect", "reset", "truncated":
			typed += f.Count
		}
		t.Logf("%d × %s: %s", f.Count, kind, f.Example)
	}
	if l.Failures["connect"].Count == 0 || typed != l.NumFailed {
		t.Errorf("failures %+v, want streams that broke, and then no connections", l.Failures)
	}
}
