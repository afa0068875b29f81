package transport

import (
	"net"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

func init() {
	engines["epoll"] = func(o Options) (Engine, error) { return NewEpoll(o) }
}

func epoll(t *testing.T, o Options) *Epoll {
	t.Helper()
	if o.Clock == (Clock{}) {
		o.Clock = NewClock()
	}
	e, err := NewEpoll(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// witness is a Sink of payloads that say when they were written. It holds the kernel's stamps against that.
type witness struct {
	counter
	t      *testing.T
	clock  Clock
	wrote  time.Duration
	kernel int
}

func (w *witness) Payload(p []byte) {
	w.counter.Payload(p)
	ns, err := strconv.ParseInt(string(p), 10, 64)
	if err != nil {
		w.t.Error(err)
	}
	w.wrote = time.Duration(ns)
}

func (w *witness) Arrived(a Arrival) {
	w.counter.Arrived(a)
	const jitter = 5 * time.Microsecond // of the map from one clock to the other
	if now := w.clock.Now(); a.At < w.wrote-jitter || a.At > now+jitter || a.At+a.Delay > now {
		w.t.Errorf("written at %v, stamped %v, looked at %v later, now %v", w.wrote, a.At, a.Delay, now)
	}
	if a.Kernel {
		w.kernel++
	}
}

// TestKernelStamps holds stamps against the server's clock, which is the client's here.
func TestKernelStamps(t *testing.T) {
	const events = 200
	clock := NewClock()
	e := epoll(t, Options{Clock: clock, BaseURL: listen(t, func(p *peer) {
		p.request()
		p.say(streamHead)
		for range events {
			p.say(event(strconv.FormatInt(int64(clock.Now()), 10)))
			time.Sleep(ms)
		}
		p.say(streamEnd)
	})})
	done := make(chan struct{})
	w := &witness{t: t, clock: clock, counter: counter{done: func() { close(done) }}}
	e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: w})
	<-done
	if w.failure != nil || w.payloads != events || !w.order {
		t.Errorf("%+v", w.counter)
	}
	if w.kernel != w.arrived {
		t.Errorf("%d of %d arrivals have the kernel's stamp", w.kernel, w.arrived)
	}
}

// TestDueOnLoops is about the floor of lateness, which load on this machine cannot lower.
func TestDueOnLoops(t *testing.T) {
	clock := NewClock()
	e := epoll(t, Options{Clock: clock, BaseURL: listen(t, func(p *peer) {
		for {
			if _, ok := p.request(); !ok {
				return
			}
			p.say(answer(200, "data: a\n\n"))
		}
	})})
	if err := e.Warm(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 20 {
		due := clock.Now() + 3*ms
		d := ask(t, t.Context(), e, due)
		sent, err := time.ParseDuration(strings.TrimSuffix(d.lines[0], " sent"))
		if err != nil || sent < due {
			t.Fatalf("%q, due at %v", d.lines[0], due)
		}
		best = min(best, sent-due)
	}
	if best > 200*time.Microsecond {
		t.Errorf("at best %v late", best)
	}
}

// TestWarmLoops makes the connections where exchanges will look for them: none is made later.
func TestWarmLoops(t *testing.T) {
	const streams = 2000
	var accepted atomic.Int32
	meet := meeting(streams)
	clock := NewClock()
	before := openFiles(t)
	e := epoll(t, Options{Clock: clock, Loops: 3, BaseURL: listen(t, func(p *peer) {
		accepted.Add(1)
		for {
			if _, ok := p.request(); !ok {
				return
			}
			meet()
			p.say(answer(200, "data: a\n\n"))
		}
	})})
	if err := e.Warm(t.Context(), streams); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for i, s := range crowd(t, e, streams, 0) {
			if s.failure != nil || s.payloads != 1 || s.connected {
				t.Fatalf("stream %d: %+v", i, s)
			}
		}
	}
	if n := accepted.Load(); n != streams {
		t.Errorf("%d connections for %d streams at a time", n, streams)
	}
	e.Close()
	e.Close()
	eventually(t, func() int { return openFiles(t) - before - 1 }, "files are left open") // the listener's
}

func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestIdleClosed sees that the server has closed an idle connection: nothing is sent into the void.
func TestIdleClosed(t *testing.T) {
	e := epoll(t, Options{Loops: 1, BaseURL: listen(t, func(p *peer) {
		p.request()
		p.say(answer(200, "data: a\n\n"))
	})})
	ask(t, t.Context(), e, 0)
	eventually(t, func() int {
		left := make(chan int)
		e.loops[0].post(func() { left <- len(e.loops[0].idle.idle) })
		return <-left
	}, "idle connections")
	if d := ask(t, t.Context(), e, 0); d.failed != nil || len(d.sent) != 1 || !d.sent[0].NewConnection || d.sent[0].Resend {
		t.Errorf("sent %+v, %v", d.sent, d.failed)
	}
}

// TestConnectTimeout fills a listener's queue, whose system then answers nobody any more.
func TestConnectTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	shorten(t, raw)
	e := epoll(t, Options{BaseURL: &url.URL{Scheme: "http", Host: l.Addr().String()}, Timeouts: Timeouts{Connect: 100 * ms, FirstToken: time.Second}})
	for range 10 {
		d := ask(t, t.Context(), e, 0)
		if d.failed.Type == record.TimeoutConnect {
			d.check(t, d.lines[0])
			d.checkEnd(t, record.TimeoutConnect, "no connection within 100ms")
			return
		}
	}
	t.Error("all connected")
}

func TestNotForEpoll(t *testing.T) {
	for _, u := range []string{"https://127.0.0.1/", "http://127.0.0.1:99999/"} {
		base, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := NewEpoll(Options{Clock: NewClock(), BaseURL: base}); err == nil {
			e.Close()
			t.Errorf("%s was taken", u)
		}
	}
}

// TestNoAllocationPerEventOnLoops counts those of the whole process, the server's among them.
func TestNoAllocationPerEventOnLoops(t *testing.T) {
	const events = 2000
	one := []byte(event(`{"choices":[{"index":0,"text":" word"}]}`))
	e := epoll(t, Options{Clock: NewClock(), BaseURL: listen(t, func(p *peer) {
		for {
			body, ok := p.request()
			if !ok {
				return
			}
			n, _ := strconv.Atoi(body)
			p.say(streamHead)
			for range n {
				if _, err := p.Write(one); err != nil {
					return
				}
			}
			p.say(streamEnd)
		}
	})})
	mallocs := func(n int) uint64 {
		done := make(chan struct{})
		sink := &counter{done: func() { close(done) }}
		x := &Exchange{Request: request(t, strconv.Itoa(n)), Sink: sink}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e.Start(t.Context(), x)
		<-done
		runtime.ReadMemStats(&after)
		if sink.failure != nil || sink.payloads != n {
			t.Fatalf("%+v", sink)
		}
		return after.Mallocs - before.Mallocs
	}
	mallocs(events)
	if few, many := mallocs(10), mallocs(events); many > few+events/20 {
		t.Errorf("%d allocations for 10 events, %d for %d", few, many, events)
	}
}
