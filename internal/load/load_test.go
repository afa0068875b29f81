package load

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/schedule"
	"github.com/splleed/splleed/internal/transport"
)

// toy is an API whose payloads are a word: "text", "blank", "think", "finish", "done", "error", "bad", "usage N", "ids N".
type toy struct{}

func (toy) Path() string                         { return "/toy" }
func (toy) Framing() dialect.Framing             { return dialect.SSE }
func (toy) Body(dialect.Request) ([]byte, error) { return nil, nil }
func (toy) Decoder() dialect.Decoder             { return toy{} }

func (toy) Decode(p []byte) (dialect.Delta, error) {
	var word string
	var n int
	fmt.Sscan(string(p), &word, &n)
	switch word {
	case "text":
		return dialect.Delta{Content: dialect.Text}, nil
	case "blank":
		return dialect.Delta{Content: dialect.Blank}, nil
	case "think":
		return dialect.Delta{Content: dialect.Reasoning}, nil
	case "ids":
		return dialect.Delta{Content: dialect.Text, Tokens: n}, nil
	case "running":
		return dialect.Delta{Content: dialect.Text, Usage: dialect.Usage{Known: true, Output: n}}, nil
	case "usage":
		return dialect.Delta{Usage: dialect.Usage{Known: true, Input: 3, Output: n}}, nil
	case "finish":
		return dialect.Delta{Finish: "stop"}, nil
	case "done":
		return dialect.Delta{Done: true}, nil
	case "error":
		return dialect.Delta{Error: "out of memory"}, nil
	}
	return dialect.Delta{}, fmt.Errorf("not JSON: %q", p)
}

// server is a transport.Engine whose requests take a given time and bring one token at their end. It counts what is in
// flight, and cancels as a transport must.
type server struct {
	clock    transport.Clock
	takes    func(n int) (time.Duration, *record.Failure) // of the n-th request
	requests int
	inFlight []int // after each start
	now      atomic.Int32
}

func (s *server) Warm(context.Context, int) error { return nil }
func (s *server) Close()                          {}

func (s *server) Start(ctx context.Context, x *transport.Exchange) {
	n := s.requests
	s.requests++
	s.inFlight = append(s.inFlight, int(s.now.Add(1)))
	go func() {
		time.Sleep(x.Due - s.clock.Now())
		x.Sink.Sent(s.clock.Now(), s.clock.Now(), transport.Sending{})
		takes, failure := s.takes(n)
		select {
		case <-time.After(takes):
			x.Sink.Headers(s.clock.Now(), 200)
			if failure == nil {
				x.Sink.Payload([]byte("text"))
				x.Sink.Payload([]byte("finish"))
				x.Sink.Arrived(transport.Arrival{At: s.clock.Now()})
			}
		case <-ctx.Done():
			failure = &record.Failure{Type: record.Cancelled}
		}
		s.now.Add(-1)
		x.Sink.Done(s.clock.Now(), failure)
	}()
}

// play runs a level in virtual time.
func play(t *testing.T, ctx context.Context, level Level, takes func(int) (time.Duration, *record.Failure)) (Outcome, *server) {
	clock := transport.NewClock()
	s := &server{clock: clock, takes: takes}
	l := Load{Clock: clock, Engine: s, API: toy{}, Ended: func(*record.Record) {},
		Prepare: func(record.Phase, int) Prepared { return Prepared{Record: record.New()} }}
	return l.Run(ctx, level), s
}

func always(d time.Duration) func(int) (time.Duration, *record.Failure) {
	return func(int) (time.Duration, *record.Failure) { return d, nil }
}

// every is an arrival process of constant gaps.
func every(gap time.Duration) schedule.Arrivals {
	due := time.Duration(0)
	return func() time.Duration {
		due += gap
		return due
	}
}

func measured(o Outcome) []*record.Record {
	rs := slices.DeleteFunc(slices.Clone(o.Records), func(r *record.Record) bool { return r.Phase != record.Measured })
	slices.SortFunc(rs, func(a, b *record.Record) int { return int(a.Scheduled - b.Scheduled) })
	return rs
}

const second = record.Stamp(time.Second)

// Three slots of 1 s requests, two warm-up turns each: the window opens at 2 s, when the last slot has turned over. That
// slot takes a measured request then, all three do at 3 s, and the last two of six start at 4 s beside a filler.
func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, s := play(t, t.Context(), Level{Slots: 3, Warmup: 2, Runs: 6, Filler: true}, always(time.Second))
		if o.T0 != 2*second || o.T1 != 4*second+1 || !o.FullSwing {
			t.Errorf("window [%d, %d), full swing %v: want [2 s, 4 s], true", o.T0, o.T1, o.FullSwing)
		}
		var sent []record.Stamp
		for _, r := range measured(o) {
			sent = append(sent, r.Sent/second)
			if r.Scheduled != r.Sent {
				t.Errorf("scheduled at %d, when its slot was free, but sent at %d", r.Scheduled, r.Sent)
			}
		}
		if want := []record.Stamp{2, 3, 3, 3, 4, 4}; !slices.Equal(sent, want) {
			t.Errorf("measured requests were sent at %v s, want %v", sent, want)
		}
		if most := slices.Max(s.inFlight); most != 3 {
			t.Errorf("%d in flight, want 3", most)
		}
	})
}

func TestWarmupAsTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _ := play(t, t.Context(), Level{Slots: 2, Warmup: 1, WarmupTotal: true, Runs: 2}, always(time.Second))
		if o.FullSwing {
			t.Error("one warm-up request for two slots claims full swing")
		}
		o, _ = play(t, t.Context(), Level{Slots: 2, Warmup: 0, Runs: 2}, always(time.Second))
		if o.FullSwing || len(o.Records) != 2 {
			t.Errorf("no warm-up: full swing %v, %d requests, want false, 2", o.FullSwing, len(o.Records))
		}
	})
}

// One request a second, each takes 2.5 s, one in flight: request k (from 0) is due at 1+k s after the start and sent at
// 1 + 2.5k, so it waits 1.5k. Without the cap nothing waits.
func TestOpenLoopCapQueues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, limit := range []int{1, 0} {
			arrivals := every(time.Second)
			o, _ := play(t, t.Context(), Level{Arrivals: arrivals, Cap: limit, Runs: 4, Filler: true}, always(2500*time.Millisecond))
			for k, r := range measured(o) {
				if got, want := r.Scheduled, record.At(lead)+record.Stamp(1+k)*second; got != want {
					t.Errorf("cap %d: request %d scheduled at %d, want %d", limit, k, got, want)
				}
				want := time.Duration(limit) * time.Duration(k) * 1500 * time.Millisecond
				if got := r.Sent.Sub(r.Scheduled); got != want {
					t.Errorf("cap %d: request %d waited %v, want %v", limit, k, got, want)
				}
			}
		}
	})
}

// The window of an open loop begins with the last warm-up arrival: it holds as many whole gaps as measured requests.
func TestOpenLoopWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrivals := every(100 * time.Millisecond)
		o, _ := play(t, t.Context(), Level{Arrivals: arrivals, Lead: every(100 * time.Millisecond), Warmup: 3, Runs: 20, Filler: true}, always(150*time.Millisecond))
		if got := o.T1.Sub(o.T0); got != 2*time.Second+1 || !o.FullSwing {
			t.Errorf("20 arrivals at 10/s make a window of %v (full swing %v), want 2 s", got, o.FullSwing)
		}
		if n := len(measured(o)); n != 20 {
			t.Errorf("%d measured requests, want 20", n)
		}
	})
}

// Three warm-up arrivals in 0.3 s have filled nothing when requests take a second: the window opens on a ramp.
func TestOpenLoopThatHasNotTurnedOverIsNoFullSwing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrivals := every(100 * time.Millisecond)
		o, _ := play(t, t.Context(), Level{Arrivals: arrivals, Lead: every(100 * time.Millisecond), Warmup: 3, Runs: 5, Filler: true}, always(time.Second))
		if o.FullSwing {
			t.Error("full swing is claimed before any request has ended")
		}
		// Left to itself it goes on: the first request, due at 0.1 s, ends at 1.1 s, and the next arrival opens the window.
		arrivals = every(100 * time.Millisecond)
		o, _ = play(t, t.Context(), Level{Arrivals: arrivals, Lead: every(100 * time.Millisecond), Warmup: 3, WarmupUntilTurnover: true, Runs: 5, Filler: true}, always(time.Second))
		if begin := measured(o)[0].Scheduled - second/10; !o.FullSwing || o.T0 != begin || o.T0 < record.At(lead)+11*second/10 {
			t.Errorf("the window opens at %d (full swing: %v), want it to once a request has ended", o.T0, o.FullSwing)
		}
	})
}

// A probe that ends at once has turned nothing over: it is no part of the load, whose first request takes until 1.1 s.
func TestProbesDoNotWarmUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, until := range []bool{false, true} {
			next := 10 * time.Millisecond
			once := func() time.Duration {
				due := next
				next = time.Hour
				return due
			}
			level := Level{Arrivals: every(100 * time.Millisecond), Lead: every(100 * time.Millisecond), Probe: once,
				Warmup: 3, WarmupUntilTurnover: until, Runs: 5, Filler: true}
			o, _ := play(t, t.Context(), level, func(n int) (time.Duration, *record.Failure) {
				if n == 0 { // the probe
					return 0, nil
				}
				return time.Second, nil
			})
			if o.Records[0].Phase != record.Probe || o.FullSwing != until || until && o.T0 < 11*second/10 {
				t.Errorf("until turned over: %v: the window opens at %d, full swing: %v", until, o.T0, o.FullSwing)
			}
		}
	})
}

func TestFillerKeepsLoadUp(t *testing.T) {
	slowLast := func(n int) (time.Duration, *record.Failure) {
		if n == 3 {
			return 10 * time.Second, nil
		}
		return time.Second, nil
	}
	synctest.Test(t, func(t *testing.T) {
		// Requests 0 and 1 warm up; 2 and 3 are measured, 3 takes 10 s: the other slot goes on beside it until it ends.
		o, s := play(t, t.Context(), Level{Slots: 2, Warmup: 1, Runs: 2, Filler: true}, slowLast)
		if s.requests < 10 {
			t.Errorf("%d requests, want the free slot to go on through 10 s", s.requests)
		}
		o, s = play(t, t.Context(), Level{Slots: 2, Warmup: 0, Runs: 4}, slowLast)
		if s.requests != 4 || len(o.Records) != 4 {
			t.Errorf("%d requests without filler, want 4", s.requests)
		}
	})
}

func TestCancelReturnsWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		o, _ := play(t, ctx, Level{Slots: 2, Runs: 100}, always(time.Second))
		done, cancelled := 0, 0
		for _, r := range o.Records {
			if r.OK() {
				done++
			} else if r.Failure.Type == record.Cancelled {
				cancelled++
			}
		}
		if done != 4 || cancelled != 2 {
			t.Errorf("%d done and %d cancelled, want 4 and 2", done, cancelled)
		}
	})
}

// A hundred requests a second to a server that needs an hour for each: filler beside the 20 measured ones would be 360,000.
func TestFillerDoesNotRaiseTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, s := play(t, t.Context(), Level{Arrivals: every(10 * time.Millisecond), Runs: 20, Filler: true}, always(time.Hour))
		if most := 2*20 + 17; s.requests > most || !o.Surged || !o.Complete {
			t.Errorf("%d requests (surged %v, complete %v), want at most %d", s.requests, o.Surged, o.Complete, most)
		}
		// One that keeps up has its filler to the end.
		slowLast := func(n int) (time.Duration, *record.Failure) {
			if n == 19 {
				return time.Minute, nil
			}
			return 50 * time.Millisecond, nil
		}
		o, s = play(t, t.Context(), Level{Arrivals: every(10 * time.Millisecond), Runs: 20, Filler: true}, slowLast)
		if s.requests < 6000 || o.Surged {
			t.Errorf("%d requests (surged %v), want 100 a second for a minute", s.requests, o.Surged)
		}
	})
}

// A server that refuses everything at once, while one measured request hangs for a minute, is not hammered.
func TestFillerBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := play(t, t.Context(), Level{Slots: 2, Runs: 2, Filler: true}, func(n int) (time.Duration, *record.Failure) {
			if n == 0 {
				return time.Minute, nil
			}
			return 0, &record.Failure{Type: record.HTTP5xx}
		})
		if s.requests > 80 {
			t.Errorf("%d requests in a minute of refusals, want a back-off to one a second", s.requests)
		}
	})
}

// Nor is it where time alone ends the level. One that takes turns with answers is asked again at once, or nearly so.
func TestTimedLoopBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _ := play(t, t.Context(), Level{Slots: 1, Duration: time.Minute}, func(int) (time.Duration, *record.Failure) {
			return time.Millisecond, &record.Failure{Type: record.HTTP5xx}
		})
		if n := len(measured(o)); n < 60 || n > 80 || !o.Complete {
			t.Errorf("%d requests in a minute of refusals, complete %v: want a back-off to one a second", n, o.Complete)
		}
		for _, r := range measured(o) {
			if r.Sent >= o.T1 {
				t.Errorf("sent at %d, but the window ends at %d", r.Sent, o.T1)
			}
		}
		o, _ = play(t, t.Context(), Level{Slots: 1, Duration: time.Minute}, func(n int) (time.Duration, *record.Failure) {
			if n%2 == 0 {
				return time.Second, &record.Failure{Type: record.HTTP5xx}
			}
			return time.Second, nil
		})
		if n := len(measured(o)); n != 60 {
			t.Errorf("%d requests of 1 s in a minute of which every other one fails, want 60", n)
		}
	})
}
