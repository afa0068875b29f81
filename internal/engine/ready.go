package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	pollEvery = 250 * time.Millisecond
	sayEvery  = 3 * time.Second
)

// await returns the started server when it has generated a token, or says why it will not.
func (m *managed) await(ctx context.Context, host Host, p prober, limit time.Duration) (*Server, error) {
	begun := time.Now()
	polling, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type outcome struct {
		server *Server
		err    error
	}
	ended := make(chan outcome, 1)
	go func() {
		server, err := m.poll(polling, host, p)
		ended <- outcome{server, err}
	}()
	say := time.NewTicker(sayEvery)
	defer say.Stop()
	for {
		select {
		case <-m.process.Exited():
			return nil, m.died("ended before it was ready")
		case <-say.C:
			host.say("waiting for %s: %.0f s%s", m.name, time.Since(begun).Seconds(), m.lastLine())
		case got := <-ended:
			switch {
			case m.hasEnded(): // then it was another server that answered
				return nil, m.died("ended before it was ready")
			case got.err == nil:
				host.say("%s is ready after %.1f s", m.name, time.Since(begun).Seconds())
				return got.server, nil
			case ctx.Err() != nil:
				return nil, fmt.Errorf("starting %s: %w", m.name, context.Cause(ctx))
			case polling.Err() != nil:
				return nil, m.withLog(fmt.Errorf("%s was not ready within %v ('ready_timeout_s'): %w", m.name, limit, got.err))
			}
			return nil, m.withLog(fmt.Errorf("%s has started, but refuses a request: %w", m.name, got.err))
		}
	}
}

func (m *managed) lastLine() string {
	lines := m.log.tail(1)
	if len(lines) == 0 {
		return ", nothing logged yet"
	}
	return ", last log line: " + firstLine(m.secrets.Text(lines[0]))
}

// poll asks until the server generates, refuses to, or ctx ends; then the error is what the server said last.
func (m *managed) poll(ctx context.Context, host Host, p prober) (*Server, error) {
	last := errors.New("it was not asked yet")
	for {
		server, err := m.try(ctx, host, p)
		var no *refusal
		switch {
		case err == nil:
			return server, nil
		case errors.As(err, &no):
			return nil, err
		case ctx.Err() != nil:
			return nil, last
		}
		last = err
		select {
		case <-ctx.Done():
			return nil, last
		case <-time.After(pollEvery):
		}
	}
}

// try asks once: whether the server is healthy, what its model is called, and whether it generates. The last because a
// server may call itself healthy before it can.
func (m *managed) try(ctx context.Context, host Host, p prober) (*Server, error) {
	a, err := p.get(ctx, m.health)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, &oddAnswer{p, m.health, a}
	}
	server := m.server(host, p.base, p.header)
	model, all := m.named(ctx, p)
	server.is(p.describe(ctx, m.about).Version, model)
	server.Models = all
	return server, p.first(ctx, server, host.Sampling)
}
