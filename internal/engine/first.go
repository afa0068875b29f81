package engine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/dialect"
)

// unknownField is how servers say that they do not know a field of a request.
var unknownField = regexp.MustCompile(`(?i)unexpected|unknown|unrecogni[sz]ed|unsupported|not support|not permitted|not allowed|extra (field|input)s?`)

// first sends the first request, in the form in which the load will be. A field of the user's that the server refuses to
// know is left out from then on, with a note.
func (p prober) first(ctx context.Context, s *Server, sampling dialect.Sampling) error {
	var tried []string
	for {
		err := p.generate(ctx, s, sampling)
		var no *refusal
		if !errors.As(err, &no) || !unknownField.MatchString(no.Error()) {
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

// named is the field of a request that a refusal names; "" for none that can be left out.
func named(message string, s dialect.Sampling) string {
	if strings.Contains(message, "max_completion_tokens") {
		return "max_tokens"
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
	s.Warnings = append(s.Warnings, fmt.Sprintf("sampling.%s is not sent: the server refuses it", field))
}

const (
	firstLimit    = 5 * time.Minute // an engine may compile kernels for it
	firstAttempts = 3
)

// answers is nil if a running server generates. What may pass is tried again: a busy server is no broken one.
func (p prober) answers(ctx context.Context, s *Server, sampling dialect.Sampling) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, firstLimit, fmt.Errorf("no answer within %v", firstLimit))
	defer cancel()
	for range firstAttempts {
		var no *refusal
		if err = p.first(ctx, s, sampling); err == nil || errors.As(err, &no) || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(pollEvery):
		}
	}
	return err
}

// probeTokens are what the first request cost, by the server's own count.
func probeTokens(u dialect.Usage) map[string]int {
	if !u.Known {
		return nil
	}
	return map[string]int{"input": u.Input, "cached": u.Cached, "output": u.Output}
}
