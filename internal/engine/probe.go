package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/splleed/splleed/internal/secret"
)

// What a server may take to answer a small question: time, and bytes. Services describe hundreds of models at length.
const (
	probeLimit = 5 * time.Second
	sizeLimit  = 16 << 20
)

// prober asks a server small questions before the load starts.
type prober struct {
	base   string
	header map[string]string
	client *http.Client
}

// newProber returns a prober that goes the way of the load: through the proxy given, never one of the environment; no
// redirect is followed; and no connection stays open.
func newProber(base string, header map[string]string, trust *tls.Config, proxy *url.URL) prober {
	t := &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: trust.Clone()}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return prober{base, header, &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// struck is what a server said without the secrets that it was sent: it may quote them.
func (p prober) struck(said string) string { return secret.OfHeader(p.header).Text(said) }

// answer is what a server said.
type answer struct {
	status      int
	contentType string
	location    string // where a redirect points
	body        []byte
}

// answerOf is a response whose body was read.
func answerOf(res *http.Response, body []byte) answer {
	return answer{res.StatusCode, contentType(res), res.Header.Get("Location"), body}
}

// get asks for a path.
func (p prober) get(ctx context.Context, path string) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, probeLimit, errSlow)
	defer cancel()
	res, err := p.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, sizeLimit))
	if err != nil {
		return answer{}, p.explain(ctx, path, err)
	}
	return answerOf(res, body), nil
}

// do sends a request.
func (p prober) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range p.header {
		req.Header.Set(name, value)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "text/event-stream")
		req.Header.Set("Accept-Encoding", "identity") // as the load does
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, p.explain(ctx, path, err)
	}
	return res, nil
}

var errSlow = fmt.Errorf("no answer within %v", probeLimit)

// explain says in words why nothing came back.
func (p prober) explain(ctx context.Context, path string, err error) error {
	var op *net.OpError
	var request *url.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s%s: %w", p.base, path, context.Cause(ctx))
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s: %w", p.base, syscall.ECONNREFUSED)
	case errors.As(err, &op):
		return fmt.Errorf("%s cannot be reached: %w", p.base, op)
	}
	if errors.As(err, &request) {
		err = request.Err // the rest says again what was asked
	}
	return fmt.Errorf("%s%s: %w", p.base, path, err)
}

// String is what it was, for errors: 404 text/html "<html>". No redirect is followed: the load would follow none.
func (a answer) String() string {
	parts := []string{fmt.Sprint(a.status)}
	if a.redirects() {
		return fmt.Sprintf("%d, a redirect to %q, which is not followed", a.status, secret.Text(firstLine(a.location)))
	}
	if a.contentType != "" {
		parts = append(parts, a.contentType)
	}
	if line := firstLine(string(a.body)); line != "" {
		parts = append(parts, fmt.Sprintf("%q", secret.Text(line)))
	}
	return strings.Join(parts, " ")
}

func (a answer) redirects() bool { return a.status/100 == 3 && a.location != "" }

// html reports whether the answer is a web page: many web servers answer 200 to any path.
func (a answer) html() bool { return a.contentType == "text/html" }

// ok reports whether the answer is a success that a program, not a browser, is meant to read.
func (a answer) ok() bool { return a.status == http.StatusOK && !a.html() }

// describe asks a server about itself, at a path whose answer is a JSON object. Servers need not know it.
func (p prober) describe(ctx context.Context, path string) (about struct {
	Version string `json:"version"`
	ModelID string `json:"model_id"`
	Build   string `json:"build_info"` // llama.cpp's version
}) {
	if path == "" {
		return about
	}
	if a, err := p.get(ctx, path); err == nil && a.ok() {
		json.Unmarshal(a.body, &about)
	}
	about.Version = cmp.Or(about.Version, about.Build)
	return about
}

// oddAnswer is an answer that an inference server would not give.
type oddAnswer struct {
	prober
	path   string
	answer answer
}

func (o *oddAnswer) Error() string {
	said := o.struck(fmt.Sprintf("%s answered %s with %s", o.base, o.path, o.answer))
	switch {
	case o.wantsKey():
		return said + ": does it want an API key ('api_key_env')?"
	case o.answer.status == http.StatusServiceUnavailable:
		return said + ": is it still loading its model?"
	case o.answer.redirects():
		return said + ": is that where 'endpoint' should point?"
	}
	return said + ": is it an inference server?"
}

func (o *oddAnswer) wantsKey() bool {
	return o.answer.status == http.StatusUnauthorized || o.answer.status == http.StatusForbidden
}

// firstLine returns the first line that is not blank, cut to a length that fits an error. JSON is one line, however it is
// written: of OpenAI's errors the first is a brace.
func firstLine(s string) string {
	const most = 160
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
		s = strings.Join(strings.Fields(s), " ")
	}
	line, _, _ := strings.Cut(s, "\n")
	line = strings.TrimSpace(line)
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}
