package scrape

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	timeLimit = 2 * time.Second // for one answer
	sizeLimit = 4 << 20         // of one answer: vLLM's has 56 KB, TGI's 96
)

// Endpoint is where a server tells its metrics.
type Endpoint struct {
	URL    string
	Header map[string]string
	client *http.Client
}

// NewEndpoint returns the endpoint at a URL. No redirect is followed, and no proxy used but the one given, if any. trust
// is for https; nil leaves it to the system's authorities.
func NewEndpoint(target string, header map[string]string, trust *tls.Config, proxy *url.URL) *Endpoint {
	t := &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: 3 * time.Second, ForceAttemptHTTP2: true, TLSClientConfig: trust.Clone()}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return &Endpoint{target, header, &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close lets the connection go.
func (e *Endpoint) Close() { e.client.CloseIdleConnections() }

// Read asks once. A server without metrics, and one that speaks of nothing known, is an error; one that has nothing to
// say yet is none.
func (e *Endpoint) Read(ctx context.Context) (Snapshot, error) {
	body, err := e.get(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	shot := read(body)
	if shot.Engine == "" && !silent(body) {
		return shot, errors.New("none of its metrics is known")
	}
	return shot, nil
}

func (e *Endpoint) get(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeLimit, fmt.Errorf("no answer within %v", timeLimit))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range e.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", "text/plain; version=0.0.4") // not OpenMetrics, not protobuf
	res, err := e.client.Do(req)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, sizeLimit+1))
	switch {
	case err != nil:
		return nil, explain(ctx, err)
	case len(body) > sizeLimit:
		return nil, fmt.Errorf("more than %d MB", sizeLimit>>20)
	}
	return body, nil
}

// explain says why nothing came, without the URL: it may not be for everybody's eyes.
func explain(ctx context.Context, err error) error {
	var request *url.Error
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &request):
		return request.Err
	}
	return err
}
