package transport

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
)

// What an exchange does is the same on every engine: what the tests in virtual time say of Portable, in real time.

func TestCourse(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		check := func(framing dialect.Framing, response string, want ...string) {
			t.Helper()
			e := start(t, Options{BaseURL: listen(t, func(p *peer) {
				if body, _ := p.request(); body != "q" {
					t.Errorf("asked %q", body)
				}
				for i := range len(response) { // a read may cut it anywhere
					p.say(response[i : i+1])
				}
			})})
			d := newDiary()
			e.Start(t.Context(), &Exchange{Request: request(t, "q"), Framing: framing, Sink: d})
			<-d.done
			d.checkHeard(t, want...)
		}
		check(dialect.SSE, streamHead+event("-role")+event("a")+event("[DONE]")+streamEnd,
			"headers 200", "payload -role", "payload a", "payload [DONE]", "done <nil>")
		check(dialect.SSE, "HTTP/1.0 200 OK\r\n\r\ndata: a\n\ndata: b\n", "headers 200", "payload a", "payload b", "done <nil>")
		check(dialect.Lines, "HTTP/1.0 200 OK\r\n\r\n{1}\n{2}\n{3}", "headers 200", "payload {1}", "payload {2}", "payload {3}", "done <nil>")
		check(dialect.Whole, answer(200, "{1}\n{2}"), "headers 200", "payload {1}\n{2}", "done <nil>")
		check(dialect.SSE, "HTTP/1.1 100 Continue\r\n\r\n"+answer(404, "none"), "headers 404", "payload none", "done http_4xx: HTTP 404: none")
	})
}

func TestBrokenOverLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		for _, b := range broken {
			e := start(t, Options{BaseURL: listen(t, func(p *peer) { p.request(); p.say(b.response) })})
			ask(t, t.Context(), e, 0).checkEnd(t, b.kind, b.message)
		}
	})
}

func TestBigPayloads(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	onAll(t, func(t *testing.T, start starter) {
		e := start(t, Options{BaseURL: listen(t, func(p *peer) {
			p.request()
			p.say(streamHead, event("a")+event(big)+event("b"), streamEnd)
		})})
		ask(t, t.Context(), e, 0).checkHeard(t, "headers 200", "payload a", "payload "+big, "payload b", "done <nil>")
	})
}

// TestBigRequest has the kernel take the request in many parts, while the engine goes on with another exchange.
func TestBigRequest(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 8<<20/16)
	onAll(t, func(t *testing.T, start starter) {
		reading := make(chan struct{})
		e := start(t, Options{Loops: 1, BaseURL: listen(t, func(p *peer) {
			if b, _ := p.in.Peek(len("POST /big")); string(b) == "POST /big" {
				<-reading
			}
			got, ok := p.request()
			if ok && got != "q" && got != body {
				t.Errorf("%d bytes came, which are not those sent", len(got))
			}
			p.say(answer(200, "data: a\n\n"))
		})})
		d := newDiary()
		raw := []byte(strings.Replace(string(request(t, body)), "POST /", "POST /big", 1))
		e.Start(t.Context(), &Exchange{Request: raw, Sink: d})
		ask(t, t.Context(), e, 0).checkHeard(t, "headers 200", "payload a", "done <nil>")
		select {
		case <-d.done:
			t.Fatalf("8 MB were sent to nobody: %v", d.lines)
		default:
		}
		close(reading)
		<-d.done
		d.checkHeard(t, "headers 200", "payload a", "done <nil>")
	})
}

func TestTimeoutsOverLoopback(t *testing.T) {
	const limit = 200 * ms
	onAll(t, func(t *testing.T, start starter) {
		check := func(limits Timeouts, kind record.FailureType, message, body string, serve func(*peer)) {
			t.Helper()
			e := start(t, Options{Timeouts: limits, BaseURL: listen(t, serve)})
			d := newDiary()
			begun := time.Now()
			e.Start(t.Context(), &Exchange{Request: request(t, body), Sink: d})
			<-d.done
			d.checkEnd(t, kind, message)
			if took := time.Since(begun); took < limit || took > limit+10*time.Second {
				t.Errorf("%s after %v", kind, took)
			}
			if len(d.sent) != 1 {
				t.Errorf("sent %v", d.sent)
			}
		}
		wait := func(p *peer) { p.request() }
		first := Timeouts{FirstToken: limit}
		check(first, record.TimeoutFirstToken, "no token within 200ms", "q", func(p *peer) { p.request(); p.request() })
		check(first, record.TimeoutFirstToken, "no token within 200ms", "q", func(p *peer) {
			p.request()
			p.say(streamHead, event("-role"))
			wait(p)
		})
		check(first, record.TimeoutFirstToken, "no token within 200ms", strings.Repeat("x", 32<<20), func(p *peer) {
			time.Sleep(2 * limit)
		})
		check(Timeouts{Idle: limit}, record.TimeoutIdle, "silent for 200ms", "q", func(p *peer) {
			p.request()
			p.say(streamHead, event("a"))
			wait(p)
		})
		check(Timeouts{Total: limit}, record.TimeoutTotal, "not complete within 200ms", "q", func(p *peer) {
			p.request()
			p.say(streamHead)
			for {
				p.say(event("a"))
				time.Sleep(10 * ms)
			}
		})
	})
}

func TestCancelOverLoopback(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		// check cancels once the server has got as far as to call its argument.
		check := func(name string, due time.Duration, body string, serve func(p *peer, now func())) {
			t.Helper()
			ctx, cancel := context.WithCancelCause(t.Context())
			stop := func() { cancel(errors.New("enough")) }
			clock := NewClock()
			e := start(t, Options{Clock: clock, BaseURL: listen(t, func(p *peer) { serve(p, stop); p.request() })})
			if serve == nil {
				stop()
			}
			d := newDiary()
			e.Start(ctx, &Exchange{Due: clock.Now() + due, Request: request(t, body), Sink: d})
			if due > 0 {
				stop()
			}
			<-d.done
			if d.checkEnd(t, record.Cancelled, "enough"); t.Failed() {
				t.Error(name)
			}
			if sent := len(d.sent) == 1; sent != (serve != nil && due == 0) {
				t.Errorf("%s: sent %v", name, d.sent)
			}
		}
		check("at once", 0, "q", nil)
		check("before it is due", time.Hour, "q", func(*peer, func()) { t.Error("connected") })
		check("in the write", 0, strings.Repeat("x", 32<<20), func(p *peer, now func()) { p.in.Peek(1); now() })
		check("before the head", 0, "q", func(p *peer, now func()) { p.request(); now() })
		check("in the stream", 0, "q", func(p *peer, now func()) { p.request(); p.say(streamHead, event("a")); now() })
	})
}

func TestResendOverLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		// check sends two requests. The server answers the first of a connection, and with the second does as told.
		check := func(second func(p *peer), want []Sending, heard ...string) {
			t.Helper()
			e := start(t, Options{BaseURL: listen(t, func(p *peer) {
				p.request()
				p.say(answer(200, "data: a\n\n"))
				p.request()
				second(p)
			})})
			ask(t, t.Context(), e, 0)
			d := ask(t, t.Context(), e, 0)
			d.checkHeard(t, heard...)
			if !slices.Equal(d.sent, want) {
				t.Errorf("sent %+v, want %+v", d.sent, want)
			}
		}
		again := []Sending{{}, {NewConnection: true, Resend: true}}
		check(func(*peer) {}, again, "headers 200", "payload a", "done <nil>")
		check(func(p *peer) { p.Conn.(interface{ SetLinger(int) error }).SetLinger(0) }, again, "headers 200", "payload a", "done <nil>")
		check(func(p *peer) { p.say("HTTP/1.1 2") }, []Sending{{}}, "done reset: connection closed without a response")
	})
}

func TestReuseOverLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		check := func(response string, want int32) {
			t.Helper()
			var made atomic.Int32
			e := start(t, Options{BaseURL: listen(t, func(p *peer) {
				made.Add(1)
				for {
					if _, ok := p.request(); !ok {
						return
					}
					p.say(response)
				}
			})})
			for range 3 {
				ask(t, t.Context(), e, 0)
			}
			if got := made.Load(); got != want {
				t.Errorf("%d connections after %.40q, want %d", got, response, want)
			}
		}
		check(answer(200, "data: a\n\n"), 1)
		check(answer(503, "busy"), 1)
		check(answer(204, ""), 1)
		check(answer(200, "data: a\n\n", "Connection: close"), 3)
		check(answer(200, "data: a\n\n", "Keep-Alive: timeout=0"), 3)
		check(answer(200, "data: a\n\n")+"more", 3)
	})
}

// TestFreshOverLoopback makes a connection for every request, and none ahead.
func TestFreshOverLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		var made atomic.Int32
		e := start(t, Options{Fresh: true, BaseURL: listen(t, func(p *peer) {
			made.Add(1)
			p.request()
			p.say(answer(200, "data: a\n\n"))
			p.request()
		})})
		if err := e.Warm(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			d := ask(t, t.Context(), e, 0)
			d.checkHeard(t, "headers 200", "payload a", "done <nil>")
			if !slices.Equal(d.sent, []Sending{{NewConnection: true}}) || d.took <= 0 {
				t.Errorf("sent %+v after %v of connecting", d.sent, d.took)
			}
		}
		if n := made.Load(); n != 3 {
			t.Errorf("%d connections for 3 requests", n)
		}
	})
}

// TestStartFromDone starts each exchange from the Done of the one before, as a closed loop does.
func TestStartFromDone(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		e := start(t, Options{BaseURL: listen(t, func(p *peer) {
			for {
				if _, ok := p.request(); !ok {
					return
				}
				p.say(answer(200, "data: a\n\n"))
			}
		})})
		left, over := 100, make(chan struct{})
		var next func()
		next = func() {
			if left--; left == 0 {
				close(over)
				return
			}
			d := newDiary()
			d.onDone = next
			e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
		}
		next()
		<-over
	})
}
