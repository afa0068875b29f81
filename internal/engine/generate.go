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
)

// refusal says that a server will answer a request in the same way however often it is sent.
type refusal struct{ error }

// generate asks for tokens, in the form in which the load will. It takes as long as it takes: the first request may compile
// kernels.
func (p prober) generate(ctx context.Context, s *Server, sampling dialect.Sampling) error {
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
	if coding := res.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &refusal{fmt.Errorf("first request: the response is compressed with %.40q, although nobody asked for that", coding)}
	}
	begin := &opening{from: res.Body}
	usage, err := readToken(s.Dialect, begin)
	s.Probe = probeTokens(usage)
	if kind := contentType(res); errors.Is(err, errNoToken) && (kind == "text/html" || kind == "application/json") {
		return p.unstreamed(s.Dialect, answerOf(res, begin.text))
	}
	if err != nil {
		return p.failed(err)
	}
	return nil
}

// failed says what a stream brought in place of a token. TGI refuses requests there, too, after a 200.
func (p prober) failed(err error) error {
	said := errors.New(p.struck(err.Error()))
	if strings.Contains(err.Error(), "Input validation error") {
		return &refusal{said}
	}
	return said
}

func contentType(res *http.Response) string {
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	return kind
}

// opening remembers how a body begins.
type opening struct {
	from io.Reader
	text []byte
}

func (o *opening) Read(p []byte) (int, error) {
	n, err := o.from.Read(p)
	const enough = 4 << 10
	o.text = append(o.text, p[:min(n, enough-len(o.text))]...)
	return n, err
}

// unstreamed says what a success was that held no token: a page of some other program, or an answer in one piece.
func (p prober) unstreamed(d dialect.Dialect, a answer) error {
	advice := ""
	if a.contentType == "application/json" && d.Framing() != dialect.Whole {
		advice = ": the server does not stream; ask for answers in one piece (--no-stream)"
	}
	said := fmt.Sprintf("first request: the response holds no token: %s%s", a, advice)
	return &refusal{errors.New(p.struck(said))}
}

// rejected says what came in place of a stream. The client's errors (400 to 499) last, others may pass.
func (p prober) rejected(path string, res *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	said := fmt.Sprintf("POST %s%s was answered with %s", p.base, path, answerOf(res, text))
	err := errors.New(p.struck(said))
	switch s := res.StatusCode; {
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		return err
	}
	return &refusal{err}
}

var errNoToken = errors.New("first request: the response holds no token")

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
		return usage, errNoToken
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
