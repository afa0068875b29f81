package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/wire"
)

// h2flow leads one exchange of an HTTP2 to its end. All of it runs in one goroutine, but for the timer.
type h2flow struct {
	course
	engine *HTTP2
	resp   wire.Response
	look   look
	lives  bool // the connection, although the stream does not: the server has ended that alone

	mu    sync.Mutex // between the timer and settle
	timer *time.Timer
	stop  context.CancelCauseFunc
}

// run sends the request when it is due. Should a connection that was there die, or turn it away, without a byte of
// response, the request goes out once more.
func (f *h2flow) run(ctx context.Context) *record.Failure {
	h := f.engine
	ask, err := h.request(f.x.Request)
	if err != nil {
		return &record.Failure{Type: record.Malformed, Message: err.Error()} // never: the bytes are wire.Request's
	}
	if !h.spinning.until(ctx, h.clock, f.x.Due) {
		return cancelled(ctx)
	}
	s, how, failure := h.take(ctx)
	if failure != nil {
		return failure
	}
	if failure = f.exchange(ctx, ask, s, how); how.NewConnection || f.lives || !f.stale(failure) {
		return failure
	}
	if s, how, failure = h.take(ctx); failure != nil {
		return failure
	}
	how.Resend = true
	return f.exchange(ctx, ask, s, how)
}

// request reads a request of HTTP/1.1, to be told in HTTP/2. Its body is left out.
func (h *HTTP2) request(raw []byte) (func(context.Context) *http.Request, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, err
	}
	body := raw[len(raw)-int(r.ContentLength):]
	r.RequestURI, r.Close, r.URL.Scheme, r.URL.Host = "", false, h.scheme, h.address
	r.Header.Del("Connection") // streams have none to close
	return func(ctx context.Context) *http.Request {
		again := r.WithContext(ctx)
		again.Body = io.NopCloser(bytes.NewReader(body))
		return again
	}, nil
}

// exchange sends the request and reads the response to its end.
func (f *h2flow) exchange(ctx context.Context, ask func(context.Context) *http.Request, s *session, how Sending) *record.Failure {
	if f.engine.fresh {
		defer s.abort()
	}
	f.resp.Reset()
	f.begin(&f.resp, &f.look)
	limited, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	begin := f.sending(how)
	f.arm(stop)
	defer f.timer.Stop()
	res, err := f.send(limited, ask, s, begin, how)
	var failure *record.Failure
	if err != nil {
		failure = f.brokenStream(limited, err)
	} else {
		failure = f.receive(limited, s, res)
		f.looking()
	}
	return f.verdict(ctx, failure)
}

// send returns when the head of the response has come. By then the request has left, as a rule.
func (f *h2flow) send(ctx context.Context, ask func(context.Context) *http.Request, s *session, begin time.Duration, how Sending) (*http.Response, error) {
	var left atomic.Int64
	res, err := s.RoundTrip(ask(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { left.CompareAndSwap(0, int64(f.clock.Now())) },
	})))
	left.CompareAndSwap(0, int64(f.clock.Now()))
	f.x.Sink.Sent(begin, time.Duration(left.Load()), how)
	return res, err
}

// receive reads until the response is complete.
func (f *h2flow) receive(ctx context.Context, s *session, res *http.Response) *record.Failure {
	defer res.Body.Close()
	f.saw(s, 0, all)
	if failure := f.take(headOf(res)); failure != nil {
		return failure
	}
	buf := buffers.Get().(*[readSize]byte)
	defer buffers.Put(buf)
	for {
		n, err := res.Body.Read(buf[:])
		f.saw(s, n, extentOf(n, len(buf)))
		if failure := f.take(buf[:n]); failure != nil {
			return failure
		}
		switch {
		case err == nil:
			f.looking()
		case errors.Is(err, io.EOF) && f.resp.EOF() == nil:
			f.finish()
			return nil
		default:
			return f.brokenStream(ctx, err)
		}
	}
}

// saw notes a look at the stream. Its bytes had come to the connection when that was read last, however late this
// goroutine got its turn; those that the next look brings had not come by then, or in that very read.
func (f *h2flow) saw(s *session, n int, x extent) {
	at := s.lastRead()
	f.look.took(n, x, at)
	f.look.stampedAt(at, 0, false)
}

// headOf is the head of a response as HTTP/1.1 would say it, as far as it means something here. The body goes on to the
// end of the stream.
func headOf(res *http.Response) []byte {
	head := fmt.Appendf(nil, "HTTP/1.1 %d\r\n", res.StatusCode)
	for _, name := range []string{"Content-Encoding", "Location"} {
		for _, value := range res.Header.Values(name) {
			head = fmt.Appendf(head, "%s: %s\r\n", name, value)
		}
	}
	return append(head, "\r\n"...)
}

// looking is told that all that was read so far has been handled.
func (f *h2flow) looking() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.settle() {
		f.rearm()
	}
}

// arm sets the timer. It is not moved with every token: when it fires, late tells whether it still holds.
func (f *h2flow) arm(stop context.CancelCauseFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop = stop
	at, _ := f.deadline()
	f.timer = time.AfterFunc(at-f.clock.Now(), f.expired)
}

func (f *h2flow) rearm() {
	at, _ := f.deadline()
	f.timer.Reset(at - f.clock.Now())
}

func (f *h2flow) expired() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if failure := f.late(); failure != nil {
		f.stop(failure)
	} else {
		f.rearm()
	}
}

// brokenStream is what became of the stream, or of its connection, in words without its number.
func (f *h2flow) brokenStream(ctx context.Context, err error) *record.Failure {
	var late *record.Failure
	if errors.As(context.Cause(ctx), &late) {
		return late
	}
	words := err.Error()
	what, isStream := strings.CutPrefix(words, "stream error: ")
	_, what, _ = strings.Cut(what, "; ")
	what, theirs := strings.CutSuffix(what, "; received from peer")
	switch {
	case isStream && theirs:
		f.lives = what != "REFUSED_STREAM" // by which the server says that it has done nothing yet
		return &record.Failure{Type: record.Reset, Message: "the server reset the stream: " + what}
	case isStream:
		return &record.Failure{Type: record.Malformed, Message: "HTTP/2: " + what}
	case strings.HasPrefix(words, "connection error: "), strings.Contains(words, "header list larger"):
		return &record.Failure{Type: record.Malformed, Message: "HTTP/2: " + strings.TrimPrefix(words, "http2: ")}
	case strings.Contains(words, "GOAWAY"):
		return &record.Failure{Type: record.Reset, Message: "the server told the connection to end (GOAWAY)"}
	}
	return f.broken(err)
}
