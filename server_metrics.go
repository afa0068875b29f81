package splleed

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/scrape"
)

func (b Benchmark) checkServerMetrics(bad *invalid.Fields) {
	words := b.ServerMetrics == "" || b.ServerMetrics == "auto" || b.ServerMetrics == "off"
	bad.Check(words || isMetricsURL(b.ServerMetrics), "server_metrics", `must be "auto", "off" or a URL, such as "http://localhost:8000/metrics"`)
	every := b.ServerMetricsEveryS
	bad.Check(every == 0 || every >= 0.1 && every <= 3600, "server_metrics_every_s", "is %g: want seconds, 0.1 to 3600", every)
}

// isMetricsURL refuses a user name, too: the configuration is kept in results.
func isMetricsURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// serverMetrics is where the server tells its own metrics; nil where it does not, which is an error only if the user
// said that it does.
func (r *run) serverMetrics(ctx context.Context) (*scrape.Endpoint, error) {
	target, header := r.b.ServerMetrics, r.server.Header
	switch {
	case target == "off":
		return nil, nil
	case target == "auto":
		target = r.server.URL + "/metrics"
	case !sameOrigin(target, r.server.URL):
		header = nil // an API key is for the server alone
	}
	endpoint := scrape.NewEndpoint(target, header, r.b.trusted, r.b.proxy())
	_, err := endpoint.Read(ctx)
	switch {
	case err == nil:
		return endpoint, nil
	case r.b.ServerMetrics == "auto":
		r.progress.say(fmt.Sprintf("no server metrics at %s: %v", target, err))
		return nil, nil
	}
	return nil, fmt.Errorf("server metrics at %s: %w", target, err)
}

func sameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && u.Scheme == v.Scheme && u.Host == v.Host
}

// watch begins to look at the server's metrics and returns what ends that, once the load has ended.
func (r *run) watch(ctx context.Context) func(context.Context) scrape.Course {
	if r.theirs == nil {
		return func(context.Context) scrape.Course { return scrape.Course{} }
	}
	every := time.Duration(r.b.ServerMetricsEveryS * float64(time.Second))
	return scrape.Watcher{Read: r.theirs.Read, Now: r.clock.Now, Interval: every, Settles: true}.Start(ctx).Stop
}
