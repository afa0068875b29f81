package transport

import (
	"testing"
	"time"
)

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

// TestCarriedOverLoopback tells apart what two requests of one connection received.
func TestCarriedOverLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		answers := []string{answer(200, "data: a\n\n"), answer(200, "data: a longer one\n\n")}
		e := start(t, Options{BaseURL: listen(t, func(p *peer) {
			for _, a := range answers {
				p.request()
				p.say(a)
			}
			p.request() // the end of the connection would count as a byte
		})})
		for _, a := range answers {
			c := ask(t, t.Context(), e, 0).carried
			if c.Received != int64(len(a)) || c.RTT <= 0 || c.Retransmitted+c.OutOfOrder != 0 {
				t.Errorf("%+v; %d bytes were sent", c, len(a))
			}
		}
	})
}

// listener is a Sink that passes on its arrivals.
type listener struct {
	counter
	heard chan Arrival
}

func (l *listener) Arrived(a Arrival) { l.counter.Arrived(a); l.heard <- a }
