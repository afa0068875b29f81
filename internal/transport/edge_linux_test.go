package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The kernel tells a loop once of what has come. All that a look leaves, and an end that came with the last bytes, must
// not be waited for.

// whileAway has a server say all that it has to say, and hang up, before the loop looks once.
func whileAway(t *testing.T, response string) (e *Epoll, d *diary) {
	t.Helper()
	asked, said := make(chan struct{}), make(chan struct{})
	e = epoll(t, Options{Loops: 1, Timeouts: Timeouts{FirstToken: 10 * time.Second, Idle: 10 * time.Second}, BaseURL: listen(t, func(p *peer) {
		p.request()
		close(asked)
		p.say(response)
		p.Close()
		close(said)
	})})
	d = newDiary()
	e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
	<-asked
	e.loops[0].post(func() { <-said; e.loops[0].pace.nap = longestNap })
	<-d.done
	return e, d
}

func TestEndWithTheLastBytes(t *testing.T) {
	_, d := whileAway(t, "HTTP/1.1 200 OK\r\n\r\ndata: a\n\ndata: b\n\n")
	d.checkHeard(t, "headers 200", "payload a", "payload b", "done <nil>")
}

func TestMoreThanALookTakes(t *testing.T) {
	long := strings.Repeat("x", 100<<10) // the buffer has room for 64 KiB
	_, d := whileAway(t, answer(http.StatusOK, "data: "+long+"\n\ndata: "+long+"\n\n"))
	d.checkHeard(t, "headers 200", "payload "+long, "payload "+long, "done <nil>")
}

// A connection that has ended is not kept for the next request.
func TestEndedIsNotKept(t *testing.T) {
	e, d := whileAway(t, answer(http.StatusOK, "data: a\n\n"))
	d.checkHeard(t, "headers 200", "payload a", "done <nil>")
	eventually(t, func() int {
		idle := make(chan int)
		e.loops[0].post(func() { idle <- len(e.loops[0].idle.idle) })
		return <-idle
	}, "kept")
}

// The loop has not been told yet of what a server has said out of turn when the next request is due.
func TestOutOfTurnOnLoops(t *testing.T) {
	start := func(t *testing.T, o Options) Engine { return epoll(t, o) }
	checkOutOfTurn(t, start, func(e Engine, speak func()) *diary {
		l, away, back := e.(*Epoll).loops[0], make(chan struct{}), make(chan struct{})
		l.post(func() { close(away); <-back })
		<-away
		l.post(speak) // and without a look at the sockets:
		d := newDiary()
		e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
		close(back)
		<-d.done
		return d
	})
}

// A thousand requests that begin at once do not keep the loop from its sockets until all are sent.
func TestSocketsHaveTheirTurnAmongPosts(t *testing.T) {
	asked, speak, away, back := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	e := epoll(t, Options{Loops: 1, BaseURL: listen(t, func(p *peer) {
		p.request()
		close(asked)
		<-speak
		p.say(answer(http.StatusOK, "data: a\n\n"))
	})})
	d, l, heard := newDiary(), e.loops[0], make(chan bool, 1)
	e.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: d})
	<-asked
	l.post(func() { close(away); <-back })
	<-away // what is posted meanwhile is obeyed together
	l.post(func() {
		close(speak)
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(l.set), Events: unix.POLLIN}}, 10_000) // until the answer waits
	})
	for range 2 * posts {
		l.post(func() {})
	}
	l.post(func() {
		select {
		case <-d.done:
			heard <- true
		default:
			heard <- false
		}
	})
	close(back)
	if !<-heard {
		t.Errorf("the answer has waited for %d posts to be obeyed", 2*posts)
	}
}
