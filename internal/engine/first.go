package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/splleed/splleed/internal/dialect"
)

// unknownField is how servers say that they do not know a field of a request.
var unknownField = regexp.MustCompile(`(?i)unexpected|unknown|unrecogni[sz]ed|unsupported|not support|not permitted|not allowed|extra (field|input)s?`)

// tooFew is how OpenAI refuses a request for a single token, of some models and APIs.
var tooFew = regexp.MustCompile(`(?i)max_\w*tokens.*(below minimum|limit was reached)`)

// first sends the first request, in the form in which the load will be, but for one token. A field of the user's that the
// server refuses to know is left out from then on, with a note.
func (p prober) first(ctx context.Context, s *Server, sampling dialect.Sampling) error {
	var tried []string
	ask := sampling
	ask.MaxTokens, ask.MinTokens = 1, min(1, sampling.MinTokens)
	for {
		err := p.generate(ctx, s, ask)
		var no *refusal
		if errors.As(err, &no) && ask.Limit() < sampling.Limit() && tooFew.MatchString(no.Error()) {
			ask = sampling
			continue
		}
		if no == nil || !unknownField.MatchString(no.Error()) {
			return err
		}
		field := named(no.Error(), sampling)
		if field == "" || slices.Contains(tried, field) {
			return err
		}
		tried = append(tried, field)
		s.leaveOut(field)
	}
}

// streamOptions ask for usage.
const streamOptions = "stream_options"

// named is the field of a request that a refusal names; "" for none that can be left out.
func named(message string, s dialect.Sampling) string {
	if strings.Contains(message, "max_completion_tokens") {
		return "max_tokens"
	}
	if strings.Contains(message, streamOptions) {
		return streamOptions
	}
	for _, name := range s.Set() {
		if regexp.MustCompile(`\b` + name + `\b`).MatchString(message) {
			return name
		}
	}
	return ""
}

// leaveOut changes what is sent: newer models of OpenAI want max_tokens under another name.
func (s *Server) leaveOut(field string) {
	if field == "max_tokens" {
		s.Dialect = dialect.Altered(s.Dialect, field, "max_completion_tokens")
		return
	}
	s.Dialect = dialect.Altered(s.Dialect, field, "")
	said := fmt.Sprintf("sampling.%s is not sent: the server refuses it", field)
	if field == streamOptions {
		said = field + " is not sent: the server refuses it. It may not count its tokens"
	}
	s.Warnings = append(s.Warnings, said)
}

// FirstLimit is how long the first token of a running server may take, if nobody says otherwise: an engine may compile
// kernels for it.
const FirstLimit = 5 * time.Minute

const firstAttempts = 3

// answers is nil if a running server generates. What may pass is tried again: a busy server is no broken one.
func (p prober) answers(ctx context.Context, s *Server, host Host) (err error) {
	limit := cmp.Or(host.FirstLimit, FirstLimit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no token within %v", limit))
	defer cancel()
	defer host.waiting("waiting for the first token")()
	for range firstAttempts {
		var no *refusal
		err = p.first(ctx, s, host.Sampling)
		switch {
		case err == nil, errors.As(err, &no):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%s%s: %w", p.base, s.Dialect.Path(), context.Cause(ctx))
		}
		select {
		case <-ctx.Done():
		case <-time.After(pollEvery):
		}
	}
	return err
}

// waiting says every few seconds for how long something has been waited for, until it is told that it has come.
func (h Host) waiting(what string) (come func()) {
	begun, tick, done := time.Now(), time.NewTicker(sayEvery), make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		for {
			select {
			case <-tick.C:
				h.say("%s (%.0f s)", what, time.Since(begun).Seconds())
			case <-done:
				return
			}
		}
	})
	return func() {
		tick.Stop()
		close(done)
		telling.Wait()
	}
}

// probeTokens are what the first request cost, by the server's own count.
func probeTokens(u dialect.Usage) map[string]int {
	if !u.Known {
		return nil
	}
	return map[string]int{"input": u.Input, "cached": u.Cached, "output": u.Output}
}
