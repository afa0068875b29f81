package transport

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/record"
)

func TestReuse(t *testing.T) {
	// check sends requests at the given times and counts the connections.
	check := func(name, response string, want int, at ...time.Duration) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{serve: func(_ int, p *peer) {
					for {
						if _, ok := p.request(); !ok {
							return
						}
						p.say(response)
					}
				}}
				p := s.engine(t, Timeouts{})
				made := 0
				for _, due := range at {
					d := ask(t, t.Context(), p, due)
					if d.sent[0].NewConnection {
						made++
					}
				}
				if s.dials.Load() != int32(want) || made != want {
					t.Errorf("%d connections made, %d reported, want %d", s.dials.Load(), made, want)
				}
			})
		})
	}
	s := time.Second
	check("one after the other", answer(200, "data: a\n\n"), 1, 0, 0, 0, s, 2*s)
	check("errors are read to their end", answer(503, "busy"), 1, 0, 0)
	check("nothing to read", answer(204, ""), 1, 0, 0)
	check("closing", answer(200, "data: a\n\n", "Connection: close"), 2, 0, 0)
	check("out of step", answer(200, "data: a\n\n")+"more", 2, 0, 0)
	check("too old", answer(200, "data: a\n\n"), 2, 0, 2999*ms, 5999*ms)
	check("server's word", answer(200, "data: a\n\n", "Keep-Alive: timeout=10"), 2, 0, 8999*ms, 17999*ms)
	check("server's short word", answer(200, "data: a\n\n", "Keep-Alive: timeout=1"), 2, 0, 499*ms, 999*ms)
	check("server's word against it", answer(200, "data: a\n\n", "Keep-Alive: timeout=0"), 2, 0, 0)
}

func TestPoolGivesUpTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Int32
		s := &server{serve: func(_ int, p *peer) {
			open.Add(1)
			for {
				if _, ok := p.request(); !ok {
					break
				}
				time.Sleep(10 * ms)
				p.say(answer(200, "data: a\n\n"))
			}
			open.Add(-1)
		}}
		p := s.engine(t, Timeouts{})
		check := func(want int32) {
			t.Helper()
			synctest.Wait()
			if got := open.Load(); got != want || s.dials.Load() != 3 {
				t.Fatalf("%d connections open of %d, want %d of 3", got, s.dials.Load(), want)
			}
		}
		var all []*diary
		for range 3 {
			d := newDiary()
			all = append(all, d)
			p.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
		}
		for _, d := range all {
			<-d.done
		}
		check(3)
		ask(t, t.Context(), p, 2*time.Second)
		check(3)
		ask(t, t.Context(), p, 4*time.Second) // on the same one; the others have idled for too long
		check(1)
		p.Close()
		check(0)
	})
}

func TestWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{serve: func(_ int, p *peer) {
			p.request()
			p.say(answer(200, "data: a\n\n"))
			p.request()
		}}
		p := s.engine(t, Timeouts{})
		if err := p.Warm(t.Context(), 100); err != nil || s.dials.Load() != 100 {
			t.Fatalf("%d connections, %v", s.dials.Load(), err)
		}
		for _, due := range []time.Duration{0, 9 * time.Second} { // the second has waited for its first request since Warm
			if d := ask(t, t.Context(), p, due); d.sent[0].NewConnection || s.dials.Load() != 100 {
				t.Errorf("%+v, %d connections", d.sent, s.dials.Load())
			}
		}
		p.Close()

		refused := NewPortable(Options{Clock: NewClock(), BaseURL: testURL, Dial: func(context.Context) (net.Conn, error) {
			return nil, syscall.ECONNREFUSED
		}})
		var failure *record.Failure
		if err := refused.Warm(t.Context(), 100); !errors.As(err, &failure) || failure.Type != record.Connect {
			t.Errorf("got %v", err)
		}
	})
}
