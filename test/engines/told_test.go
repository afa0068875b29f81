//go:build engines && linux

package engines

import (
	"strings"
	"testing"
)

// told is what the server said of itself during a level.
type told struct {
	Engine    string                     `json:"engine"`
	Scrapes   int                        `json:"scrapes"`
	Failed    int                        `json:"failed"`
	Gauges    map[string]struct{ N int } `json:"gauges"`
	Counters  map[string]float64         `json:"counters"`
	CacheHits *float64                   `json:"prefix_cache_hit_rate"`
	Accepted  *float64                   `json:"spec_decode_acceptance"`
	Latencies map[string]toldLatency     `json:"latencies"`
	Tokens    map[string]struct {
		Server float64 `json:"server"`
		Client float64 `json:"client"`
		Exact  bool    `json:"exact"`
	} `json:"tokens"`
}

type toldLatency struct {
	N          int      `json:"n"`
	Mean       *float64 `json:"mean_ms"`
	ClientN    int      `json:"client_n"`
	ClientMean *float64 `json:"client_mean_ms"`
}

// serverAgrees checks what the live server told: it was understood, and where no request was cut off and nobody else
// asked, both counted the same tokens.
func (c *command) serverAgrees(t *testing.T, engine string, gauges ...string) {
	t.Helper()
	for _, l := range c.results(t).Results {
		s := l.Server
		if s == nil || s.Engine != engine || s.Scrapes < 2 || s.Failed > 0 {
			t.Fatalf("the server told %+v", s)
		}
		for _, name := range gauges {
			if _, ok := s.Gauges[name]; !ok {
				t.Errorf("no %s among %v", name, s.Gauges)
			}
		}
		if _, ok := s.Tokens["generation_tokens"]; !ok {
			t.Error("the server's count of generated tokens is missing")
		}
		for name, n := range s.Tokens {
			if n.Exact && n.Server != n.Client {
				t.Errorf("%s: %v by the server, %v by the client", name, n.Server, n.Client)
			}
			t.Logf("%s: %v by the server, %v by the client, exact: %v", name, n.Server, n.Client, n.Exact)
		}
		if s.CacheHits == nil {
			t.Fatal("the hit rate of the prefix cache is missing")
		}
		t.Logf("prefix cache: %.0f %% hits", 100**s.CacheHits)
		if strings.HasSuffix(t.Name(), "again") && *s.CacheHits < 0.1 {
			t.Errorf("the prefix cache has %.1f %% of a prompt that comes again and again", 100**s.CacheHits)
		}
		if engine == "vllm" {
			s.Latencies["ttft"].check(t)
			if _, ok := s.Counters["preemptions"]; !ok {
				t.Errorf("no preemptions among %v", s.Counters)
			}
		}
	}
}

// check holds the server's TTFT against the client's of the same events.
func (l toldLatency) check(t *testing.T) {
	t.Helper()
	if l.N == 0 || l.ClientN == 0 || l.Mean == nil || l.ClientMean == nil || *l.Mean <= 0 || *l.ClientMean <= 0 {
		t.Errorf("the latency is %+v", l)
		return
	}
	t.Logf("mean TTFT: %.2f ms by the server (%d), %.2f ms by the client (%d)", *l.Mean, l.N, *l.ClientMean, l.ClientN)
}
