package metrics

import (
	"math"
	"slices"
	"testing"

	"github.com/splleed/splleed/internal/record"
)

func TestParseGoal(t *testing.T) {
	for text, want := range map[string]Goal{
		"ttft_p99=500":    {Allowed: 0.01, Limit: 500},
		"itl_p99.9=50":    {Allowed: 0.001, Limit: 50},
		"e2el_p99_9=5000": {Allowed: 0.001, Limit: 5000},
		"goodput=99%":     {Allowed: 0.01, Limit: 99},
		"goodput=0.5%":    {Allowed: 0.995, Limit: 0.5},
		"goodput=95":      {Allowed: 0.05, Limit: 95},
	} {
		g, err := ParseGoal(text)
		if d := g.Allowed - want.Allowed; err != nil || d > 1e-9 || d < -1e-9 || g.Limit != want.Limit {
			t.Errorf("%s: %+v, %v", text, g, err)
		}
	}
	for _, text := range []string{"", "ttft=5", "ttft_p99", "ttft_p100=5", "ttft_p0=5", "speed_p99=5", "ttft_p99=-1", "ttft_p99=inf", "goodput=100%", "goodput=x", "goodput=0.99", "goodput=1"} {
		if g, err := ParseGoal(text); err == nil {
			t.Errorf("%q was accepted as %+v", text, g)
		}
	}
}

// A request due at 0, sent at 1 ms, with arrivals at 101, 111 and 151 ms: TTFT 101 ms in an open loop, 100 in a closed one.
func TestMultiples(t *testing.T) {
	r := record.New()
	r.Scheduled, r.Sent, r.OutputTokens = 0, 1e6, 3
	for _, at := range []record.Stamp{101e6, 111e6, 151e6} {
		r.Arrivals.Append(record.Arrival{At: at, Tokens: 1, Events: 1})
		r.Finish, r.Done = at, at
	}
	failed := record.New()
	failed.Failure = &record.Failure{Type: record.Reset}
	check := func(text string, l Level, r *record.Record, want ...float64) {
		t.Helper()
		g, err := ParseGoal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Multiples(g, r); !slices.Equal(got, want) {
			t.Errorf("%s: %v times the limit, want %v", text, got, want)
		}
	}
	check("ttft_p99=100", Level{Open: true}, r, 1.01)
	check("ttft_p99=100", Level{}, r, 1)
	check("itl_p50=20", Level{}, r, 0.5, 2)
	check("goodput=99%", Level{SLO: SLO{E2E: 150}}, r, 1)
	check("goodput=99%", Level{SLO: SLO{E2E: 75}}, r, 2)
	check("ttft_p99=100", Level{}, failed, math.Inf(1))
	check("itl_p50=30", Level{}, failed)
	check("goodput=99%", Level{}, failed, math.Inf(1))
}
