package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/splleed/splleed/internal/dialect"
)

// target is a server of some engine, on the way to become a Server: what connecting and starting have in common.
type target struct {
	engine  string // "vllm"
	model   string // as configured
	access  Access
	dialect dialect.Dialect
	paths
	modelInBody bool // the server looks at the model's name in requests
	customPath  bool // requests go where the user said, so a server may have no other path
	manyModels  bool // its list is no word on what it was started with, or on what it can load
	hangsUp     bool // the server promises to keep connections alive, but closes them after a stream
}

// paths are where a server tells of itself.
type paths struct {
	health string // that it is well
	about  string // its version; "" where it does not
}

// open connects to the server at the endpoint, or starts one where there is none.
func (t target) open(ctx context.Context, host Host, endpoint string, l Launch, c command) (*Server, error) {
	if endpoint != "" {
		return t.connect(ctx, host, endpoint)
	}
	return t.start(ctx, host, l, c)
}

// connect returns the server that runs at an endpoint, if it is healthy, has the model and generates.
func (t target) connect(ctx context.Context, host Host, endpoint string) (*Server, error) {
	base, err := baseURL(endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	header, err := t.header(host)
	if err != nil {
		return nil, err
	}
	p := newProber(base, header, host.TLS, host.Proxy)
	server := t.server(host, base, header)

	var odd *oddAnswer
	switch err := p.healthy(ctx, t.health); {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("%w: start the server there, or correct 'endpoint'%s", err, t.orManaged())
	case errors.As(err, &odd) && t.customPath && odd.answer.status != http.StatusServiceUnavailable:
		server.Warnings = append(server.Warnings, odd.Error())
		server.Model = t.model
		return server, p.answers(ctx, server, host)
	case err != nil:
		return nil, err
	}
	if err := t.identify(ctx, p, server); err != nil {
		return nil, err
	}
	if err := p.answers(ctx, server, host); err != nil {
		return nil, fmt.Errorf("%s calls itself healthy, but does not generate: %w", base, err)
	}
	server.survey(ctx, p)
	host.say("connected to %s", strings.Join(strings.Fields(t.engine+" "+server.Version+" at "+base), " "))
	return server, nil
}

// orManaged names the other way to a server, where the engine has one.
func (t target) orManaged() string {
	if t.engine == (OpenAI{}).Engine() {
		return ""
	}
	return ", or leave it out and splleed starts one"
}

// header returns what is added to the head of every request, those before the load too. What the user says goes before
// what the API wants.
func (t target) header(host Host) (map[string]string, error) {
	own, err := t.access.header(host.Getenv)
	if err != nil {
		return nil, err
	}
	header := map[string]string{}
	maps.Copy(header, dialect.Header(t.dialect))
	maps.Copy(header, own)
	if t.hangsUp {
		header["Connection"] = "close" // else each request goes to a dead connection first
	}
	return header, nil
}

// server returns what is known before the server was asked.
func (t target) server(host Host, base string, header map[string]string) *Server {
	return &Server{URL: base, Header: header, Dialect: host.dialect(t.dialect), ExtraBody: t.access.ExtraBody}
}

// healthy is nil if an inference server answers. Some have no /health, or guard it; those must list models.
func (p prober) healthy(ctx context.Context, path string) error {
	a, err := p.get(ctx, path)
	if err != nil || a.ok() {
		return err
	}
	elsewhere := []int{http.StatusOK, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnauthorized, http.StatusForbidden}
	if slices.Contains(elsewhere, a.status) {
		_, err := p.models(ctx)
		var odd *oddAnswer
		if err == nil || errors.As(err, &odd) && odd.wantsKey() {
			return err
		}
	}
	return &oddAnswer{p, path, a}
}
