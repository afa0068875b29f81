package splleed_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// transports are those of this system.
func transports() []string {
	if runtime.GOOS == "linux" {
		return []string{"portable", "epoll"}
	}
	return []string{"portable"}
}

func TestConnection(t *testing.T) {
	for _, transport := range transports() {
		// check runs ten requests, each on a connection of its own or not.
		check := func(how string, connected int) {
			t.Helper()
			results, err := splleed.Benchmark{
				Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Runs: 10,
				Sampling: splleed.Sampling{MaxTokens: 4}, Transport: transport, Connection: how,
			}.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			l := results.Results[0]
			if n := l.Requests.NewConnections; n != connected || l.Metrics["connect"].Served.N != connected {
				t.Errorf("%s, %s: %d connections, %d timed; want %d", transport, how, n, l.Metrics["connect"].Served.N, connected)
			}
		}
		check("", 0)
		check(splleed.Reuse, 0)
		check(splleed.PerRequest, 10)
	}
	err := splleed.Benchmark{Connection: "shared"}.Validate()
	if err == nil || !strings.Contains(err.Error(), `connection: is "shared": want reuse or per-request`) {
		t.Errorf("got %v", err)
	}
}
