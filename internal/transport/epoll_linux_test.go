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

// TestLateLook keeps the loop away from its sockets: the stamp is on time nevertheless, the delay and the bound tell.
func TestLateLook(t *testing.T) {
	const away = 50 * ms
	clock := NewClock()
	wrote := make(chan time.Duration, 2)
	asked, busy, free := make(chan struct{}), make(chan struct{}), make(chan struct{})
	e := epoll(t, Options{Clock: clock, BaseURL: listen(t, func(p *peer) {
		p.request()
		close(asked)
		<-busy
		p.say(streamHead)
		p.say(event("a"))
		wrote <- clock.Now()
		time.Sleep(away)
		p.say(event("b") + streamEnd)
		wrote <- clock.Now()
		close(free)
		p.request() // the end of the connection would count as the last byte
	})})
	heard, done := hear(t, e)
	<-asked
	e.loops[0].post(func() { close(busy); <-free; time.Sleep(away) })
	<-done
	a, first, last := <-heard, <-wrote, <-wrote
	if !a.Kernel || a.At > last || a.At < first+away || a.Delay < away-5*ms || a.At-a.Bound > first {
		t.Errorf("%+v for what was written by %v and %v", a, first, last)
	}
}

// hear has the engine ask for what a server says, and passes on when it came.
func hear(t *testing.T, e Engine) (heard chan Arrival, done chan struct{}) {
	heard, done = make(chan Arrival, 3), make(chan struct{})
	sink := &listener{counter: counter{done: func() { close(done) }}, heard: heard}
	e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: sink})
	return heard, done
}

// TestBoundOfALongGap has a busy loop, which takes all that there is at a time, find three events after a long silence. It
// knows from its other looks that they had not waited for long.
func TestBoundOfALongGap(t *testing.T) {
	const silence = 300 * ms
	more, said := make(chan struct{}), make(chan struct{})
	base := listen(t, func(p *peer) {
		p.request()
		p.say(streamHead + event("a"))
		<-more
		p.say(event("b"), event("c"), event("d"))
		close(said)
		p.request()
	})
	e := epoll(t, Options{BaseURL: base, Timeouts: Timeouts{Idle: 2 * silence}})
	heard, done := hear(t, e)
	first := <-heard
	time.Sleep(silence)
	turned := make(chan struct{})
	e.loops[0].post(func() { close(turned) }) // something else happens on the loop
	<-turned
	e.loops[0].post(func() {
		close(more)
		<-said
		e.loops[0].pace.nap = longestNap
	})
	second := <-heard
	if gap := second.At - first.At; second.Bound == 0 || second.Bound > gap-silence/2 {
		t.Errorf("bound %v after a gap of %v", second.Bound, gap)
	}
	<-done
}

// TestBoundOfOneSegment has payloads come in one write: they are of one moment, however long nothing had come before.
func TestBoundOfOneSegment(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		more := make(chan struct{})
		e := start(t, Options{BaseURL: listen(t, func(p *peer) {
			p.request()
			time.Sleep(5 * ms)
			p.say(streamHead + event("-role") + event("a"))
			<-more
			p.say(event("b") + event("c"))
			<-more
			p.say(streamEnd)
		})})
		heard, done := hear(t, e)
		for _, what := range []string{"head, role and text", "two texts"} {
			if a := <-heard; a.Bound != 0 || !a.Kernel {
				t.Errorf("%s: %+v", what, a)
			}
			more <- struct{}{}
		}
		<-done
	})
}

// TestOneStampAtATime keeps the loop away while three payloads come. Each has a stamp of its own where the kernel has kept
// their segments apart, as it mostly does; where it has not, they came within the bound.
func TestOneStampAtATime(t *testing.T) {
	const tries = 20
	payloads := []string{streamHead + event("a"), event("b"), event("c") + streamEnd}
	clock := NewClock()
	said := make(chan [2]time.Duration, len(payloads)) // before and after
	e := epoll(t, Options{Clock: clock, Loops: 1, BaseURL: listen(t, func(p *peer) {
		for range tries {
			p.request()
			for _, s := range payloads {
				before := clock.Now()
				p.say(s)
				said <- [2]time.Duration{before, clock.Now()}
			}
		}
	})})
	if err := e.Warm(t.Context(), 1); err != nil { // the loop cannot connect while it is kept away
		t.Fatal(err)
	}
	apart := 0
	for range tries {
		heard, done := hear(t, e)
		e.loops[0].post(func() {
			for len(said) < len(payloads) {
				time.Sleep(ms)
			}
		})
		<-done
		own := len(heard) == len(payloads) // stamps
		if own {
			apart++
		}
		a := Arrival{}
		for range payloads {
			if own || a == (Arrival{}) { // of the first, all else came later
				a = <-heard
			}
			const jitter = 5 * time.Microsecond // of the map from one clock to the other
			if wrote := <-said; a.At-a.Bound > wrote[1]+jitter || own && a.At < wrote[0]-jitter {
				t.Errorf("%+v for what was written within %v", a, wrote)
			}
		}
	}
	if t.Logf("%d of %d times all were apart", apart, tries); apart == 0 {
		t.Error("no look told them apart")
	}
}

// listener is a Sink that passes on its arrivals.
type listener struct {
	counter
	heard chan Arrival
}

func (l *listener) Arrived(a Arrival) { l.counter.Arrived(a); l.heard <- a }

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
