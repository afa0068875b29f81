package calibrate

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/load"
	"github.com/splleed/splleed/internal/quiet"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/schedule"
	"github.com/splleed/splleed/internal/transport"
	"github.com/splleed/splleed/internal/wire"
)

// Mix is a load.
type Mix struct {
	Transport string
	Streams   int     // requests in flight at a time, without Rate
	Rate      float64 // requests a second, Poisson
	Requests  int
	Tokens    int // of each request
	Prompt    int // its bytes
	Fresh     bool
	Own       bool // the process is its own: the Go runtime keeps out, as it does of a run
}

// Play plays a mix against the server.
func (sv *Server) Play(ctx context.Context, m Mix) (Outcome, error) {
	base, err := url.Parse(sv.URL)
	if err != nil {
		return Outcome{}, err
	}
	clock := transport.NewClock()
	engine, kind, err := transport.New(m.Transport, transport.Options{Clock: clock, BaseURL: base, Fresh: m.Fresh})
	if err != nil {
		return Outcome{}, err
	}
	defer engine.Close()
	level := load.Level{Slots: m.Streams, Runs: m.Requests}
	if m.Rate > 0 {
		if level.Arrivals, err = schedule.New("poisson", schedule.Steady(m.Rate), 1, 1); err != nil {
			return Outcome{}, err
		}
	}
	if err := engine.Warm(ctx, m.Streams); err != nil {
		return Outcome{}, fmt.Errorf("connecting to the truth server: %w", err)
	}
	api, requests, err := m.requests(base.Host)
	if err != nil {
		return Outcome{}, err
	}
	end := func() {}
	if m.Own {
		end = quiet.Begin(transport.Loops(engine)).End
	}
	cpu, begun := processCPU(), clock.Now()
	out := load.Load{
		Clock: clock, Engine: engine, API: api, Ended: func(*record.Record) {},
		Prepare: func(_ record.Phase, i int) load.Prepared {
			r := record.New()
			r.ID, r.RequestedMax = requests[i].id, m.Tokens
			return load.Prepared{Record: r, Request: requests[i].bytes}
		},
	}.Run(ctx, level)
	cost, took := processCPU()-cpu, clock.Now()-begun
	end()
	if ctx.Err() != nil {
		return Outcome{}, context.Cause(ctx)
	}
	truths, err := sv.truths(ctx, sv.played+m.Requests)
	if err != nil {
		return Outcome{}, err
	}
	sv.played += m.Requests
	o := compare(out.Records, clock.Epoch().UnixNano(), truths)
	o.Transport, o.CPU, o.Took = kind, cost, took
	return o, nil
}

type request struct {
	id    string
	bytes []byte
}

// requests are the requests of a mix, built ahead.
func (m Mix) requests(host string) (dialect.Dialect, []request, error) {
	api, _ := dialect.Named("completions")
	body, err := api.Body(dialect.Request{
		Model: "sim-small", Prompt: strings.Repeat("word ", max(1, m.Prompt/5)), Sampling: dialect.Sampling{MaxTokens: m.Tokens, IgnoreEOS: true},
	})
	if err != nil {
		return nil, nil, err
	}
	all := make([]request, m.Requests)
	series := time.Now().UnixNano()
	for i := range all {
		id := fmt.Sprintf("calibrate-%x-%d", series, i)
		w := wire.Request{Target: api.Path(), Host: host, Header: map[string]string{"X-Request-Id": id}, Body: body}
		bytes, err := w.Bytes()
		if err != nil {
			return nil, nil, err
		}
		all[i] = request{id, bytes}
	}
	return api, all, nil
}
