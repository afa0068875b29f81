package metrics

import (
	"testing"

	"github.com/splleed/splleed/internal/record"
)

func TestParseGoal(t *testing.T) {
	for text, want := range map[string]Goal{
		"ttft_p99=500":    {Allowed: 0.01, Limit: 500},
		"itl_p99.9=50":    {Allowed: 0.001, Limit: 50},
		"e2el_p99_9=5000": {Allowed: 0.001, Limit: 5000},
		"goodput=99%":     {Allowed: 0.01, Limit: 99},
		"goodput=95":      {Allowed: 0.05, Limit: 95},
	} {
		g, err := ParseGoal(text)
		if d := g.Allowed - want.Allowed; err != nil || d > 1e-9 || d < -1e-9 || g.Limit != want.Limit {
			t.Errorf("%s: %+v, %v", text, g, err)
		}
	}
	for _, text := range []string{"", "ttft=5", "ttft_p99", "ttft_p100=5", "ttft_p0=5", "speed_p99=5", "ttft_p99=-1", "ttft_p99=inf", "goodput=100%", "goodput=x"} {
		if g, err := ParseGoal(text); err == nil {
			t.Errorf("%q was accepted as %+v", text, g)
		}
	}
}

// A request due at 0, sent at 1 ms, with arrivals at 101, 111 and 151 ms: TTFT 101 ms in an open loop, 100 in a closed one.
func TestCountMisses(t *testing.T) {
	r := record.New()
	r.Scheduled, r.Sent, r.OutputTokens = 0, 1e6, 3
	for _, at := range []record.Stamp{101e6, 111e6, 151e6} {
		r.Arrivals.Append(record.Arrival{At: at, Tokens: 1, Events: 1})
		r.Finish, r.Done = at, at
	}
	failed := record.New()
	failed.Failure = &record.Failure{Type: record.Reset}
	check := func(text string, l Level, r *record.Record, miss, of int) {
		t.Helper()
		g, err := ParseGoal(text)
		if err != nil {
			t.Fatal(err)
		}
		if m, n := l.Count(g, r); m != miss || n != of {
			t.Errorf("%s: %d of %d miss, want %d of %d", text, m, n, miss, of)
		}
	}
	check("ttft_p99=100", Level{Open: true}, r, 1, 1)
	check("ttft_p99=100", Level{}, r, 0, 1)
	check("itl_p50=30", Level{}, r, 1, 2)
	check("goodput=99%", Level{SLO: SLO{E2E: 150}}, r, 0, 1)
	check("goodput=99%", Level{SLO: SLO{E2E: 149}}, r, 1, 1)
	check("ttft_p99=100", Level{}, failed, 1, 1)
	check("itl_p50=30", Level{}, failed, 0, 0)
	check("goodput=99%", Level{}, failed, 1, 1)
}
