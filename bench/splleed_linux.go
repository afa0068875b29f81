package main

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"os"
	"strconv"
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

// play plays a job with splleed's measuring core, as a level of "splleed run" does.
func play(j job) (*outcome, error) {
	base, err := url.Parse(j.URL)
	if err != nil {
		return nil, err
	}
	clock, before := transport.NewClock(), resident()
	engine, _, err := transport.New(j.Client, transport.Options{Clock: clock, BaseURL: base})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	if err := engine.Warm(context.Background(), j.Streams); err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	requests, err := j.requests(base.Host)
	if err != nil {
		return nil, err
	}
	level := load.Level{Slots: j.Streams, Runs: j.Requests}
	if j.Rate > 0 {
		if level.Arrivals, err = schedule.New("poisson", schedule.Steady(j.Rate), 1, 1); err != nil {
			return nil, err
		}
	}
	completions, _ := dialect.Named("completions")
	o := new(outcome)
	idle := make(chan int, 1)
	time.AfterFunc(j.IdleAt, func() { idle <- resident() - before })
	defer quiet.Begin(transport.Loops(engine)).End() // as the command does
	cost := startCost()
	out := load.Load{
		Clock: clock, Engine: engine, API: completions, Ended: func(*record.Record) {},
		Prepare: func(_ record.Phase, i int) load.Prepared {
			r := record.New()
			r.ID, r.RequestedMax = strconv.Itoa(i), j.Events
			return load.Prepared{Record: r, Request: requests(i)}
		},
	}.Run(context.Background(), level)
	cost.end(o)
	o.Idle = <-idle
	for _, r := range out.Records {
		o.add(r, clock.Epoch().UnixNano())
	}
	return o, nil
}

// requests returns what makes the bytes of a request. They are built before the load, all in one piece of memory.
func (j job) requests(host string) (func(i int) []byte, error) {
	completions, _ := dialect.Named("completions")
	body, err := completions.Body(dialect.Request{Model: "bench", Prompt: "The capital of France is", Sampling: dialect.Sampling{MaxTokens: j.Events}})
	if err != nil {
		return nil, err
	}
	var all []byte
	ends := make([]int, j.Requests+1)
	for i := range j.Requests {
		r := wire.Request{Target: completions.Path(), Host: host, Header: map[string]string{"X-Request-Id": strconv.Itoa(i)}, Body: body}
		p, err := r.Bytes()
		if err != nil {
			return nil, err
		}
		all = append(all, p...)
		ends[i+1] = len(all)
	}
	return func(i int) []byte { return all[ends[i]:ends[i+1]] }, nil
}

// add takes a record into the outcome.
func (o *outcome) add(r *record.Record, epoch int64) {
	if !r.OK() {
		o.Failed, o.Failure = o.Failed+1, r.Failure.Message
		return
	}
	id, _ := strconv.Atoi(r.ID)
	h := heard{ID: id, Scheduled: epoch + int64(r.Scheduled), Sent: epoch + int64(r.Sent)}
	for a := range r.Arrivals.All() {
		h.Arrivals = append(h.Arrivals, arrival{epoch + int64(a.At), int64(a.Bound), a.Tokens})
		o.Events += a.Events
	}
	o.Logged += r.Arrivals.Size()
	o.Requests = append(o.Requests, h)
}

// resident is the process's memory in bytes.
func resident() int {
	text, _ := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return math.MaxInt32
	}
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize()
}
