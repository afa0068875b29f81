package splleed

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
	"github.com/splleed/splleed/internal/workload"
)

// sender builds requests. Bodies are built once a prompt, before the load starts.
type sender struct {
	dialect dialect.Dialect
	ask     dialect.Request // all but the prompt
	bodies  [][]byte        // by index of the item
	head    wire.Request    // all but the body and the id
	run     string          // begins every request's id
	sent    atomic.Int64
}

func newSender(server *engine.Server, base *url.URL, b Benchmark, items []workload.Item) (*sender, error) {
	s := &sender{
		dialect: server.Dialect, run: runID(),
		ask:  dialect.Request{Model: server.Model, Sampling: b.Sampling, ContinuousUsage: b.ContinuousUsage, ExtraBody: server.ExtraBody},
		head: wire.Request{Target: strings.TrimSuffix(base.EscapedPath(), "/") + server.Dialect.Path(), Host: base.Host, Header: server.Header, Relay: b.Proxy != "" && base.Scheme == "http"},
	}
	if b.Connection == PerRequest {
		s.head.Header = with(s.head.Header, "Connection", "close")
	}
	for _, p := range b.Mix {
		if err := s.carries(server, p); err != nil {
			return nil, fmt.Errorf("class %q of the mix: %w", p.Name, err)
		}
	}
	for i, item := range items {
		body, err := s.body(item)
		if err != nil {
			return nil, fmt.Errorf("the request of prompt %d: %w", i+1, err)
		}
		s.bodies = append(s.bodies, body)
	}
	_, err := s.bytes("check", nil)
	return s, err
}

func (s *sender) body(item workload.Item) ([]byte, error) {
	ask := s.ask
	ask.Prompt = item.Text
	if item.MaxTokens > 0 {
		ask.Sampling.MaxTokens = item.MaxTokens
		ask.Sampling.MinTokens = min(ask.Sampling.MinTokens, item.MaxTokens)
	}
	ask.Model = or(item.Model, ask.Model)
	return s.dialect.Body(ask)
}

// carries is an error where requests of a class cannot reach the model that it names.
func (s *sender) carries(server *engine.Server, p Part) error {
	if p.Model == "" {
		return nil
	}
	one, err := s.body(workload.Item{Model: p.Model})
	if err != nil {
		return err
	}
	if other, _ := s.body(workload.Item{Model: p.Model + "-"}); bytes.Equal(one, other) {
		return fmt.Errorf("it wants the model %q, but requests to %s name none of their own", p.Model, s.dialect.Path())
	}
	return server.Has(p.Model)
}

// request builds the bytes of one request and names its record.
func (s *sender) request(rec *record.Record, prompt workload.Prompt) []byte {
	rec.ID = fmt.Sprintf("%s-%d", s.run, s.sent.Add(1))
	body := s.bodies[prompt.Index]
	if prompt.Altered {
		body, _ = s.body(prompt.Item) // the same body with other text: what could fail has not failed before
	}
	request, _ := s.bytes(rec.ID, body) // checked by newSender
	return request
}

func (s *sender) bytes(id string, body []byte) ([]byte, error) {
	r := s.head
	r.Body = body
	r.Header = with(s.head.Header, "X-Request-Id", id)
	return r.Bytes()
}

// with is the header with one more.
func with(header map[string]string, name, value string) map[string]string {
	more := map[string]string{}
	maps.Copy(more, header)
	more[name] = value
	return more
}

func runID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return "splleed-" + hex.EncodeToString(b[:])
}

// dialect is the server's, streaming as the user wants it. One that cannot do without streams goes on streaming.
func (b Benchmark) dialect(d dialect.Dialect) dialect.Dialect {
	if b.Stream == nil || *b.Stream {
		return b.thinking(d)
	}
	if whole, ok := dialect.Unstreamed(d); ok {
		return whole
	}
	return d
}

// unsupported says which of the user's wishes the API cannot carry.
func unsupported(d dialect.Dialect, s Sampling) []string {
	var said []string
	for _, name := range dialect.Unsupported(d, s) {
		said = append(said, fmt.Sprintf("sampling.%s is not sent: %s has no such field", name, d.Path()))
	}
	return said
}
