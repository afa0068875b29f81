package scrape

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// watch plays a level of five seconds in virtual time; read is asked with the time since its start.
func watch(t *testing.T, read func(ctx context.Context, at time.Duration) (Snapshot, error)) (c Course) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		now := func() time.Duration { return time.Since(begun) }
		w := Watcher{Now: now, Interval: time.Second, Settles: true, Read: func(ctx context.Context) (Snapshot, error) {
			return read(ctx, now())
		}}.Start(t.Context())
		time.Sleep(5500 * time.Millisecond)
		c = w.Stop(t.Context())
	})
	return c
}

func idleServer(context.Context, time.Duration) (Snapshot, error) {
	return read([]byte("vllm:num_requests_running 0\nvllm:generation_tokens_total 5\n")), nil
}

// At 0 s, at each of five seconds, and after the load until two are alike: the first then is like that of second 5.
func TestWatch(t *testing.T) {
	c := watch(t, idleServer)
	if len(c.Shots) != 7 || c.Failed != 0 || !c.Settled || c.Shots[3].At != 3*time.Second {
		t.Errorf("%d shots, %d failed, settled %v", len(c.Shots), c.Failed, c.Settled)
	}
}

// A server that hangs from second 2 to second 4.5 costs what it did not answer, and no more: the question of second 2
// is given up at 4, the next one is cut off by the end of the load and no failure; then it answers.
func TestWatchHangs(t *testing.T) {
	c := watch(t, func(ctx context.Context, at time.Duration) (Snapshot, error) {
		if at < 2*time.Second || at > 4500*time.Millisecond {
			return idleServer(ctx, at)
		}
		ctx, cancel := context.WithTimeoutCause(ctx, timeLimit, context.DeadlineExceeded)
		defer cancel()
		<-ctx.Done()
		return Snapshot{}, context.Cause(ctx)
	})
	if c.Failed != 1 || c.Example != context.DeadlineExceeded.Error() || len(c.Shots) != 3 || c.Shots[1].At != time.Second {
		t.Errorf("%d shots, %d failed: %s", len(c.Shots), c.Failed, c.Example)
	}
}

// A server that never rests holds the level up for a second, about.
func TestWatchNeverSettles(t *testing.T) {
	last := time.Duration(0)
	c := watch(t, func(_ context.Context, at time.Duration) (Snapshot, error) {
		last = at
		return read([]byte("vllm:num_requests_running 1\n")), nil
	})
	if c.Settled || last > 5500*time.Millisecond+2*settleLimit {
		t.Errorf("settled %v, last asked at %v", c.Settled, last)
	}
}

func TestEndpoint(t *testing.T) {
	check := func(want string, answer http.HandlerFunc) {
		t.Helper()
		s := httptest.NewServer(answer)
		defer s.Close()
		e := NewEndpoint(s.URL, nil, nil, nil)
		defer e.Close()
		_, err := e.Read(t.Context())
		if got := ""; err != nil {
			got = err.Error()
			if want == "" || !strings.Contains(got, want) {
				t.Errorf("error %q, want %q", got, want)
			}
		} else if want != "" {
			t.Errorf("no error, want %q", want)
		}
	}
	says := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }
	}
	check("", says("vllm:num_requests_running 1\n"))
	check("", says("")) // TGI before its first request
	check("", says("# HELP tgi_queue_size ?\n\n"))
	check("none of its metrics is known", says("go_goroutines 5\n"))
	check("none of its metrics is known", says(`[{"iter": 1, "numQueuedRequests": 0}]`)) // TensorRT-LLM
	check("none of its metrics is known", says("<!doctype html>\n<title>Shop</title>"))
	check("404", http.NotFound)
	check("more than 4 MB", func(w http.ResponseWriter, _ *http.Request) {
		for range 5 << 10 {
			w.Write(make([]byte, 1<<10))
		}
	})
	check("EOF", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("vllm:num_requests_running 1\n"))
	})
}

// A level of 10 s with readings at -1, 4 and 11 s: the stretch is all of them, the window holds one.
func TestDescribe(t *testing.T) {
	at := func(s float64) time.Duration { return 10*time.Second + time.Duration(s*1e9) }
	stamp := func(s float64) record.Stamp { return record.At(at(s)) }
	all := shots(
		"vllm:num_requests_running 0\nvllm:generation_tokens_total 100\nvllm:time_to_first_token_seconds_count 7\nvllm:time_to_first_token_seconds_sum 9",
		"vllm:num_requests_running 2\nvllm:generation_tokens_total 101\nvllm:time_to_first_token_seconds_count 8\nvllm:time_to_first_token_seconds_sum 9.5",
		"vllm:num_requests_running 0\nvllm:generation_tokens_total 103\nvllm:time_to_first_token_seconds_count 8\nvllm:time_to_first_token_seconds_sum 9.5",
	)
	all[0].At, all[1].At, all[2].At = at(-1), at(4), at(11)
	r := record.New() // two tokens; the first after 0.6 s, where the server says 0.5
	r.Sent, r.Finish, r.OutputTokens, r.CountSource = stamp(1), stamp(2), 2, record.FromUsage
	r.Arrivals.Append(record.Arrival{At: stamp(1.6), Tokens: 1, Events: 1})
	r.Arrivals.Append(record.Arrival{At: stamp(2), Tokens: 1, Events: 1})
	s := Describe([]Level{{Course{Shots: all, Settled: true}, []*record.Record{r}, stamp(0), stamp(10)}})
	if g := s.Gauges[running]; g.N != 1 || *g.Mean != 2 || *g.Start != 0 {
		t.Errorf("running: %+v", g)
	}
	if s.Counters[outputTokens] != 3 || *s.FromSec != -1 || *s.ToSec != 11 || len(s.Series.TimeSec) != 3 {
		t.Errorf("%+v", s)
	}
	want := []string{
		"it generated 3 tokens in this level, the client counted 2 (-33.3 %)",
		"somebody else uses this server: its latencies are not those of this run, and are not compared",
	}
	if got := strings.Join(s.Disagreements, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("disagreements:\n%s", got)
	}
	r.OutputTokens = 3
	s = Describe([]Level{{Course{Shots: all, Settled: true}, []*record.Record{r}, stamp(0), stamp(10)}})
	if got := strings.Join(s.Disagreements, "\n"); got != "mean TTFT: 500 ms by the server (1 samples), 600 ms by the client (1): +20.0 %" {
		t.Errorf("disagreements:\n%s", got)
	}

	// Stopped, the level is read for the last time before its requests have ended: what both counted cannot be compared.
	r.Done = stamp(5)
	s = Describe([]Level{{Course{Shots: all[:2]}, []*record.Record{r}, stamp(0), stamp(10)}})
	if got := strings.Join(s.Disagreements, "\n"); strings.Contains(got, "generated") || len(s.Tokens) > 0 {
		t.Errorf("disagreements:\n%s\ntokens: %v", got, s.Tokens)
	}
}

// An answer in one piece says when the request ended, and nothing of its tokens: 2 s are no TTFT, and 0 s no TPOT.
func TestObservedOfAnswersInOnePiece(t *testing.T) {
	stamp := func(s float64) record.Stamp { return record.At(time.Duration(s * 1e9)) }
	r := record.New()
	r.Whole, r.Sent, r.Finish, r.OutputTokens = true, stamp(1), stamp(3), 8
	r.Arrivals.Append(record.Arrival{At: stamp(3), Tokens: 8, Events: 1})
	seen := observed([]*record.Record{r}, stamp(0), stamp(10))
	if seen[ttft].n != 0 || seen[itl].n != 0 || seen[tpot].n != 0 || *seen[e2e] != (tally{1, 2}) {
		t.Errorf("ttft %v, itl %v, tpot %v, e2e %v", *seen[ttft], *seen[itl], *seen[tpot], *seen[e2e])
	}
}

// A server whose counters stand still is another one than that which answered.
func TestDisagreementWithNothing(t *testing.T) {
	all := shots("vllm:generation_tokens_total 7", "vllm:generation_tokens_total 7")
	all[1].At = 10 * time.Second
	r := record.New()
	r.Sent, r.Finish, r.OutputTokens, r.CountSource = record.At(time.Second), record.At(2*time.Second), 2, record.FromUsage
	s := Describe([]Level{{Course{Shots: all, Settled: true}, []*record.Record{r}, record.At(0), record.At(9 * time.Second)}})
	if got := strings.Join(s.Disagreements, "\n"); got != "it generated 0 tokens in this level, the client counted 2" {
		t.Errorf("disagreements:\n%s", got)
	}
}
