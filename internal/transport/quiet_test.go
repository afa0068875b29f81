package transport

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// Of a server that speaks before it is asked, as a load balancer's 408 does on a connection that idles.
var (
	proper = answer(200, "data: a\n\n")
	stray  = answer(200, "data: stray\n\n")
)

// outOfTurn is a server that, on its first connection, answers so many requests and then says stray when speak is called.
func outOfTurn(t *testing.T, requests int) (u *url.URL, speak func()) {
	var made atomic.Int32
	now, said := make(chan struct{}), make(chan struct{})
	u = listen(t, func(p *peer) {
		if made.Add(1) > 1 {
			p.request()
			p.say(proper)
			return
		}
		for range requests {
			p.request()
			p.say(proper)
		}
		<-now
		p.say(stray)
		close(said)
		p.request()
	})
	return u, func() { close(now); <-said }
}

// checkOutOfTurn makes a connection ahead and uses it up to when the server speaks out of turn. What is asked then, by
// askAfter, has to go out on another one.
func checkOutOfTurn(t *testing.T, start starter, askAfter func(e Engine, speak func()) *diary) {
	for _, requests := range []int{0, 1} {
		u, speak := outOfTurn(t, requests)
		e := start(t, Options{BaseURL: u, Loops: 1})
		if err := e.Warm(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for range requests {
			ask(t, t.Context(), e, 0)
		}
		d := askAfter(e, speak)
		d.checkHeard(t, "headers 200", "payload a", "done <nil>")
		if !slices.Equal(d.sent, []Sending{{NewConnection: true}}) {
			t.Errorf("after %d requests: sent %+v, want it on a new connection", requests, d.sent)
		}
	}
}

func TestOutOfTurn(t *testing.T) {
	checkOutOfTurn(t, portable, func(e Engine, speak func()) *diary {
		speak()
		return ask(t, t.Context(), e, 0)
	})
}

// corked is the server's end of a connection. What it holds goes out with the next that it does not.
type corked struct {
	net.Conn
	holds bool
	held  bytes.Buffer
}

func (c *corked) Write(p []byte) (int, error) {
	c.held.Write(p)
	if c.holds {
		return len(p), nil
	}
	_, err := c.held.WriteTo(c.Conn)
	return len(p), err
}

// Below TLS tickets wait on a connection that is new, and what was said out of turn may have been read already.
func TestOutOfTurnInTLS(t *testing.T) {
	lender := httptest.NewTLSServer(nil) // of its certificate
	defer lender.Close()
	config := &tls.Config{Certificates: lender.TLS.Certificates}
	for _, together := range []bool{false, true} {
		var made atomic.Int32
		spoken := make(chan struct{})
		u := *listen(t, func(p *peer) {
			raw := &corked{Conn: p.Conn}
			p = newPeer(tls.Server(raw, config))
			if p.request(); made.Add(1) > 1 {
				p.say(proper)
				return
			}
			raw.holds = together
			p.say(proper)
			raw.holds = false
			p.say(stray)
			close(spoken)
			p.request()
		})
		u.Scheme = "https"
		e := portable(t, Options{BaseURL: &u, TLS: &tls.Config{InsecureSkipVerify: true}})
		if err := e.Warm(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for _, fresh := range []bool{false, true} {
			d := ask(t, t.Context(), e, 0)
			d.checkHeard(t, "headers 200", "payload a", "done <nil>")
			if !slices.Equal(d.sent, []Sending{{NewConnection: fresh}}) {
				t.Errorf("together %v: sent %+v, want a new connection: %v", together, d.sent, fresh)
			}
			<-spoken
		}
	}
}

// No answer has a stamp from before its question.
func TestNothingComesBeforeTheQuestion(t *testing.T) {
	l := look{at: 10 * time.Second, kernel: true}
	l.ask(20 * time.Second)
	l.took(100, all, 21*time.Second)
	l.stampedAt(19*time.Second, 0, true)
	if l.at != 20*time.Second || l.bound() != 0 {
		t.Errorf("came at %v, at most %v before", l.at, l.bound())
	}
}
