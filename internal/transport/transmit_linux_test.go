package transport

import (
	"strings"
	"testing"
	"time"
)

// departure is a diary that keeps when the sending began.
type departure struct {
	*diary
	begin time.Duration
}

func (d *departure) Sent(begin, end time.Duration, how Sending) {
	d.begin = begin
	d.diary.Sent(begin, end, how)
}

// TestTransmitStamps holds the stamp of each request's last byte against when it was sent, and when the server had it. A
// request of 8 MB leaves in many parts, each with a stamp of its own, while the server does not read at first.
func TestTransmitStamps(t *testing.T) {
	bodies := []string{"q", "a second", strings.Repeat("x", 8<<20), "q"}
	clock := NewClock()
	read, reading := make(chan time.Duration, len(bodies)), make(chan time.Duration, len(bodies))
	e := epoll(t, Options{Clock: clock, Loops: 1, TransmitStamps: true, BaseURL: listen(t, func(p *peer) {
		for {
			if _, err := p.in.Peek(1); err != nil {
				return
			}
			time.Sleep(20 * ms)
			reading <- clock.Now()
			p.request()
			read <- clock.Now()
			p.say(answer(200, "data: a\n\n"))
		}
	})})
	const jitter = 5 * time.Microsecond // of the map from one clock to the other
	for i, body := range bodies {
		d := &departure{diary: newDiary()}
		e.Start(t.Context(), &Exchange{Request: request(t, body), Sink: d})
		<-d.done
		from, by := <-reading, <-read
		if d.failed != nil || len(d.left) != 1 || d.sent[0].NewConnection != (i == 0) {
			t.Fatalf("request %d: %v, left %v, sent %v", i, d.failed, d.left, d.sent)
		}
		left := d.left[0]
		if len(body) > 1<<20 && left < from-jitter {
			t.Errorf("8 MB had left at %v, before the server read at %v", left, from)
		}
		if left < d.begin || left > by+jitter || len(body) < 1<<10 && left > from+jitter {
			t.Errorf("request %d: sent from %v, left at %v; the server read from %v to %v", i, d.begin, left, from, by)
		}
	}
}

// TestTransmitStampsOnlyWhereAsked has none, and refuses an engine that cannot.
func TestTransmitStampsOnlyWhereAsked(t *testing.T) {
	o := Options{Clock: NewClock(), BaseURL: listen(t, func(p *peer) { p.request(); p.say(answer(200, "data: a\n\n")) })}
	if d := ask(t, t.Context(), epoll(t, o), 0); d.failed != nil || len(d.left) != 0 {
		t.Errorf("left %v, %v", d.left, d.failed)
	}
	o.TransmitStamps = true
	for kind, want := range map[string]string{"auto": "epoll", "epoll": "epoll", "portable": "", "http2": ""} {
		e, name, err := New(kind, o)
		if name != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", kind, name, err)
		}
		if err == nil {
			e.Close()
		}
	}
}
