package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/secret"
)

// refusal says that a server will answer a request in the same way however often it is sent.
type refusal struct{ error }

// generate asks for one token, in the form in which the load will ask for many. It takes as long as it takes: the first
// request may compile kernels.
func (p prober) generate(ctx context.Context, s *Server, sampling dialect.Sampling) error {
	sampling.MaxTokens, sampling.MinTokens = 1, min(1, sampling.MinTokens)
	body, err := s.Dialect.Body(dialect.Request{
		Model:     s.Model,
		Prompt:    "Hello",
		Sampling:  sampling,
		ExtraBody: s.ExtraBody,
	})
	if err != nil {
		return &refusal{err}
	}
	res, err := p.do(ctx, http.MethodPost, s.Dialect.Path(), body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return p.rejected(s.Dialect.Path(), res)
	}
	usage, err := readToken(s.Dialect, res.Body)
	s.Probe = probeTokens(usage)
	return err
}

// rejected says what came in place of a stream. The client's errors (400 to 499) last, others may pass.
func (p prober) rejected(path string, res *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	said := fmt.Sprintf("POST %s%s was answered with %s", p.base, path, answer{res.StatusCode, kind, text})
	err := errors.New(secret.OfHeader(p.header).Text(said)) // a server may quote what it was sent
	switch s := res.StatusCode; {
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		return err
	}
	return &refusal{err}
}

// readToken reads a response, which must hold generated content, or a finish without any.
func readToken(d dialect.Dialect, body io.Reader) (usage dialect.Usage, _ error) {
	decoder, generated := d.Decoder(), false
	for payload, broken := range payloads(d.Framing(), body) {
		if broken != nil {
			return usage, fmt.Errorf("first request: %w", broken)
		}
		delta, err := decoder.Decode(payload)
		switch {
		case err != nil:
			return usage, fmt.Errorf("first request: %w in %q", err, firstLine(string(payload)))
		case delta.Error != "":
			return usage, fmt.Errorf("first request: %s", delta.Error)
		}
		if delta.Usage.Known {
			usage = delta.Usage
		}
		generated = generated || delta.Content != dialect.None || delta.Finish != "" || delta.Done
	}
	if !generated {
		return usage, errors.New("first request: the response holds no token")
	}
	return usage, nil
}

// payloads cuts a response body into payloads.
//
// Note: package wire does this for the load, incrementally and fast. One small response needs neither.
func payloads(f dialect.Framing, body io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, 1<<20)
		if f == dialect.Whole {
			lines.Split(scanAll)
		}
		for lines.Scan() {
			payload := lines.Bytes()
			if f == dialect.SSE {
				data, ok := strings.CutPrefix(lines.Text(), "data:")
				if !ok {
					continue
				}
				payload = []byte(strings.TrimPrefix(data, " "))
			}
			if len(payload) > 0 && !yield(payload, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(nil, err)
		}
	}
}

func scanAll(data []byte, atEOF bool) (int, []byte, error) {
	if !atEOF || len(data) == 0 {
		return 0, nil, nil
	}
	return len(data), data, nil
}
