package transport

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
)

// All times here are virtual, so they are exact.

const ms = time.Millisecond

func TestExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{serve: func(_ int, p *peer) {
			for range 2 {
				p.request()
				time.Sleep(5 * ms)
				p.say(streamHead)
				time.Sleep(45 * ms)
				p.say(event("-role") + event("a"))
				time.Sleep(10 * ms)
				p.say(event("b"))
				time.Sleep(10 * ms)
				e := event("c")
				p.say(e[:7])
				time.Sleep(10 * ms)
				p.say(e[7:] + event("d") + event("[DONE]"))
				time.Sleep(10 * ms)
				p.say(streamEnd)
			}
		}}
		p := s.engine(t, Timeouts{})
		ask(t, t.Context(), p, 100*ms).check(t,
			"100ms sent",
			"105ms headers 200",
			"payload -role", "payload a", "150ms arrived, bound 45ms", // the socket was empty at 105 ms
			"payload b", "160ms arrived, bound 0s", // alone: no doubt
			"payload c", "payload d", "payload [DONE]", "180ms arrived, bound 10ms", // half an event at 170 ms
			"190ms done <nil>",
		)
		d := ask(t, t.Context(), p, 0) // in the past: now
		if d.lines[0] != "190ms sent" || d.failed != nil || d.sent[0].NewConnection || s.dials.Load() != 1 {
			t.Errorf("second request: %v, %d dials, %v", d.sent, s.dials.Load(), d.lines)
		}
	})
}

func TestReadsThatFillTheBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		big := strings.Repeat("x", readSize+10)
		s := &server{serve: func(_ int, p *peer) {
			p.request()
			p.say(streamHead)
			time.Sleep(10 * ms)
			p.say(event("a") + event(big) + event("b") + streamEnd)
		}}
		p := s.engine(t, Timeouts{})
		d := ask(t, t.Context(), p, 0)
		// The first read is full, so the socket was not seen empty after it: the next bound goes back to 0 ms.
		d.check(t, "0s sent", "0s headers 200", "payload a", "10ms arrived, bound 0s",
			"payload "+big, "payload b", "10ms arrived, bound 10ms", "10ms done <nil>")
	})
}

func TestFramings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{serve: func(_ int, p *peer) {
			p.request()
			p.say("HTTP/1.0 200 OK\r\n\r\n", "{1}\n{2", "}\n{3}")
		}}
		p := s.engine(t, Timeouts{})
		check := func(f dialect.Framing, want ...string) {
			t.Helper()
			d := newDiary()
			p.Start(t.Context(), &Exchange{Request: request(t, "q"), Framing: f, Sink: d})
			<-d.done
			d.check(t, slices.Concat([]string{"0s sent", "0s headers 200"}, want, []string{"0s done <nil>"})...)
		}
		check(dialect.Lines, "payload {1}", "0s arrived, bound 0s", "payload {2}", "0s arrived, bound 0s", "payload {3}", "0s arrived, bound 0s")
		check(dialect.Whole, "payload {1}\n{2}\n{3}", "0s arrived, bound 0s")
	})
}

func TestTimeouts(t *testing.T) {
	limits := Timeouts{Connect: 2 * time.Second, FirstToken: 30 * time.Second, Idle: 12 * time.Second, Total: 60 * time.Second}
	check := func(name string, at time.Duration, kind record.FailureType, message string, serve func(*peer)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{serve: func(_ int, p *peer) { serve(p) }}
				p := s.engine(t, limits)
				ask(t, t.Context(), p, time.Second).checkFailure(t, at, kind, message)
			})
		})
	}
	chat := func(p *peer, n int, every time.Duration, say string) {
		for range n {
			time.Sleep(every)
			p.say(say)
		}
	}
	const comment = "3\r\n:\n\n\r\n"
	check("no answer", 31*time.Second, record.TimeoutFirstToken, "no token within 30s", func(p *peer) {
		p.request()
		p.request()
	})
	check("no token", 31*time.Second, record.TimeoutFirstToken, "no token within 30s", func(p *peer) {
		p.request()
		p.say(streamHead, event("-role"))
		chat(p, 10, 5*time.Second, comment)
	})
	check("request not read", 31*time.Second, record.TimeoutFirstToken, "no token within 30s", func(p *peer) {
		time.Sleep(100 * time.Second)
	})
	check("silence", (1+10+11+12)*time.Second, record.TimeoutIdle, "silent for 12s", func(p *peer) {
		p.request()
		p.say(streamHead)
		time.Sleep(10 * time.Second)
		p.say(event("a"))
		time.Sleep(11 * time.Second) // moves the deadline
		p.say(event("b"))
		chat(p, 10, 5*time.Second, comment) // does not
	})
	check("endless", 61*time.Second, record.TimeoutTotal, "not complete within 1m0s", func(p *peer) {
		p.request()
		p.say(streamHead)
		chat(p, 100, 7*time.Second, event("a"))
	})

	t.Run("connect", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := NewPortable(Options{Clock: NewClock(), BaseURL: testURL, Timeouts: limits,
				Dial: func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, errors.New("gave up") }})
			d := ask(t, t.Context(), p, time.Second)
			d.checkFailure(t, 3*time.Second, record.TimeoutConnect, "no connection within 2s")
			d.check(t, "3s done timeout_connect: no connection within 2s")
		})
	})
}

func TestTimeoutsAreGenerousUnlessAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{serve: func(_ int, p *peer) {
			p.request()
			time.Sleep(299 * time.Second)
			p.say(streamHead, event("a"))
			time.Sleep(119 * time.Second)
			p.say(event("b"), streamEnd)
		}}
		p := s.engine(t, Timeouts{})
		if d := ask(t, t.Context(), p, 0); d.failed != nil || d.at != 418*time.Second {
			t.Errorf("%v at %v", d.failed, d.at)
		}
	})
}

func TestCancel(t *testing.T) {
	check := func(name string, after time.Duration, due time.Duration, serve func(*peer)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{serve: func(_ int, p *peer) { serve(p) }}
				p := s.engine(t, Timeouts{})
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(after, func() { cancel(errors.New("enough")) })
				ask(t, ctx, p, due).checkFailure(t, after, record.Cancelled, "enough")
			})
		})
	}
	check("at once", 0, 10*ms, nil)
	check("before it is due", 5*ms, 10*ms, nil)
	check("in the write", 50*ms, 10*ms, func(p *peer) { time.Sleep(100 * ms) })
	check("before the head", 50*ms, 10*ms, func(p *peer) { p.request(); p.request() })
	check("in the stream", 50*ms, 10*ms, func(p *peer) { p.request(); p.say(streamHead, event("a")); p.request() })
	check("in an error's body", 50*ms, 10*ms, func(p *peer) { p.request(); p.say("HTTP/1.1 500 x\r\n\r\noh"); p.request() })
}

// Connecting takes 30 ms, after which the request goes out; where it was due at 100 ms, at 130 ms.
func TestConnectIsTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{serve: func(_ int, p *peer) {
			for range 2 {
				p.request()
				p.say(answer(200, "data: a\n\n"))
			}
		}}
		p := s.engine(t, Timeouts{})
		p.dial = func(ctx context.Context) (net.Conn, error) {
			time.Sleep(30 * ms)
			return s.dial(ctx)
		}
		first := ask(t, t.Context(), p, 100*ms)
		if second := ask(t, t.Context(), p, 0); first.took != 30*ms || first.lines[0] != "130ms sent" || second.took != 0 {
			t.Errorf("connecting took %v (%v) and %v, want 30 ms and nothing", first.took, first.lines[0], second.took)
		}
		p.Close()
	})
}

func TestResend(t *testing.T) {
	short := answer(200, "data: a\n\n")
	// run sends two requests, the second one after the server has done what it does after the first.
	run := func(t *testing.T, after func(no int, p *peer)) (first, second *diary) {
		s := &server{serve: func(no int, p *peer) {
			p.request()
			p.say(short)
			after(no, p)
		}}
		p := s.engine(t, Timeouts{FirstToken: 10 * time.Second})
		return ask(t, t.Context(), p, 0), ask(t, t.Context(), p, time.Second)
	}
	check := func(name string, want []Sending, failed string, after func(no int, p *peer)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, d := run(t, after)
				if !slices.Equal(d.sent, want) {
					t.Errorf("sent %+v, want %+v", d.sent, want)
				}
				if got := d.lines[len(d.lines)-1]; !strings.HasSuffix(got, failed) {
					t.Errorf("got %q, want it to end with %q", got, failed)
				}
			})
		})
	}
	once := []Sending{{}}
	again := []Sending{{}, {NewConnection: true, Resend: true}}
	check("closed while idle", again, "1s done <nil>", func(int, *peer) {})
	check("closed on the request", again, "1.003s done <nil>", func(no int, p *peer) {
		p.request()
		time.Sleep(3 * ms)
	})
	check("closed in the head", once, "done reset: connection closed without a response", func(no int, p *peer) {
		p.request()
		p.say("HTTP/1.1 2")
	})
	check("silent", once, "11s done timeout_first_token: no token within 10s", func(no int, p *peer) {
		p.request()
		p.request()
	})
	t.Run("only once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(no int, p *peer) {
				if p.request(); no == 1 {
					p.say(short)
				}
			}}
			p := s.engine(t, Timeouts{})
			ask(t, t.Context(), p, 0)
			d := ask(t, t.Context(), p, 0)
			d.checkFailure(t, 0, record.Reset, "connection closed without a response")
			if !slices.Equal(d.sent, again) || s.dials.Load() != 2 {
				t.Errorf("sent %+v on %d connections", d.sent, s.dials.Load())
			}
		})
	})
	t.Run("never on a new connection", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(_ int, p *peer) { p.request() }}
			d := ask(t, t.Context(), s.engine(t, Timeouts{}), 0)
			d.checkFailure(t, 0, record.Reset, "connection closed without a response")
			if s.dials.Load() != 1 {
				t.Errorf("%d dials", s.dials.Load())
			}
		})
	})
	t.Run("the clock runs on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &server{serve: func(no int, p *peer) {
				p.request()
				if no == 1 {
					p.say(short)
					p.request()
					time.Sleep(4 * time.Second)
					return
				}
				p.request()
			}}
			p := s.engine(t, Timeouts{FirstToken: 10 * time.Second})
			ask(t, t.Context(), p, 0)
			ask(t, t.Context(), p, time.Second).checkFailure(t, 11*time.Second, record.TimeoutFirstToken, "no token within 10s")
		})
	})
}
