package transport

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// timed is a Sink of payloads that say when they were written. It takes down how late the stamps are, the kernel's and
// the client's own.
type timed struct {
	counter
	clock     Clock
	written   []time.Duration // of the read at hand
	stamp     []time.Duration
	own       []time.Duration
	unstamped int
}

func (s *timed) Payload(p []byte) {
	s.counter.Payload(p)
	at, _ := strconv.ParseInt(string(p), 10, 64)
	s.written = append(s.written, time.Duration(at))
}

func (s *timed) Arrived(a Arrival) {
	s.counter.Arrived(a)
	if !a.Kernel {
		s.unstamped++
	}
	last := s.written[len(s.written)-1]
	s.stamp, s.own, s.written = append(s.stamp, a.At-last), append(s.own, s.clock.Now()-last), s.written[:0]
}

// TestKernelStampsOfPortable compares stamps with the times at which a server in this process wrote, plain and below TLS.
// The own ones are those that the client would take without the kernel's: later, by its waking up.
func TestKernelStampsOfPortable(t *testing.T) {
	const streams, events = 32, 40
	clock := NewClock()
	serve := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range events {
			time.Sleep(5 * ms)
			fmt.Fprintf(w, "data: %d\n\n", clock.Now())
			w.(http.Flusher).Flush()
		}
	})
	check := func(s *httptest.Server) {
		t.Helper()
		defer s.Close()
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		p := NewPortable(Options{Clock: clock, BaseURL: u, TLS: &tls.Config{InsecureSkipVerify: true}})
		defer p.Close()
		if err := p.Warm(t.Context(), streams); err != nil {
			t.Fatal(err)
		}
		var running sync.WaitGroup
		sinks := make([]timed, streams)
		for i := range sinks {
			running.Add(1)
			sinks[i].clock, sinks[i].done = clock, running.Done
			p.Start(t.Context(), &Exchange{Request: request(t, "q"), Sink: &sinks[i]})
		}
		running.Wait()
		var stamp, own []time.Duration
		for i := range sinks {
			if s := &sinks[i]; s.failure != nil || s.payloads != events || s.unstamped > 0 || !s.order {
				t.Fatalf("stream %d: %v, %d payloads, %d reads without a stamp", i, s.failure, s.payloads, s.unstamped)
			}
			stamp, own = append(stamp, sinks[i].stamp...), append(own, sinks[i].own...)
		}
		slices.Sort(stamp)
		slices.Sort(own)
		at := func(ds []time.Duration, q float64) time.Duration { return ds[int(q*float64(len(ds)-1))] }
		t.Logf("%s: late by p50 %v, p99 %v; the client's own stamps by p50 %v, p99 %v", u.Scheme, at(stamp, .5), at(stamp, .99), at(own, .5), at(own, .99))
		if stamp[0] < -100*time.Microsecond || at(stamp, .5) > at(own, .5) || at(stamp, .99) > at(own, .99) {
			t.Errorf("%s: stamps lie from %v to %v after the writing, own ones from %v to %v", u.Scheme, stamp[0], at(stamp, 1), own[0], at(own, 1))
		}
	}
	check(httptest.NewServer(serve))
	check(httptest.NewTLSServer(serve))
}
