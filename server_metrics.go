package splleed

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/scrape"
	"github.com/splleed/splleed/internal/secret"
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

// serverMetrics is where the server tells its own metrics; the zero value where it does not, which is an error only if
// the user said that it does.
func (r *run) serverMetrics(ctx context.Context) (teller, error) {
	target, header := r.b.ServerMetrics, r.server.Header
	switch {
	case target == "off":
		return teller{}, nil
	case target == "auto":
		target = r.server.URL + "/metrics"
	case !sameOrigin(target, r.server.URL):
		header = nil // an API key is for the server alone
	}
	endpoint := scrape.NewEndpoint(target, header, r.b.trusted, r.b.proxy())
	_, err := endpoint.Read(ctx)
	switch {
	case err == nil:
		return teller{endpoint.Read, endpoint.Close, true}, nil
	case r.b.ServerMetrics == "auto":
		r.progress.say(fmt.Sprintf("no server metrics at %s: %v", target, err))
		return teller{}, nil
	}
	return teller{}, fmt.Errorf("server metrics at %s: %w", secret.Text(target), err)
}

func sameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && u.Scheme == v.Scheme && u.Host == v.Host
}

// teller is somebody who tells of the server while a level runs; its zero value tells nothing.
type teller struct {
	read    func(context.Context) (scrape.Snapshot, error)
	close   func()
	settles bool // see scrape.Watcher
}

// hangUp lets go of what it holds.
func (t *teller) hangUp() {
	if t.close != nil {
		t.close()
	}
	*t = teller{}
}

// watch begins to look at what a teller tells and returns what ends that, once the load has ended.
func (r *run) watch(ctx context.Context, t teller) func(context.Context) scrape.Course {
	if t.read == nil {
		return func(context.Context) scrape.Course { return scrape.Course{} }
	}
	every := time.Duration(r.b.ServerMetricsEveryS * float64(time.Second))
	return scrape.Watcher{Read: t.read, Now: r.clock.Now, Interval: every, Settles: t.settles}.Start(ctx).Stop
}
