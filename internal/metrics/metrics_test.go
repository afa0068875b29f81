package metrics

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/stats"
)

const msec = record.Stamp(time.Millisecond)

// request builds a success: sent at the given ms, with arrivals as {ms, tokens} pairs; done 1 ms after the last.
func request(sent int, arrivals ...[2]int) *record.Record {
	r := record.New()
	r.Phase, r.Scheduled, r.Sent, r.OutputTokens = record.Measured, record.Stamp(sent)*msec, record.Stamp(sent)*msec, 0
	for _, a := range arrivals {
		r.Arrivals.Append(record.Arrival{At: record.Stamp(a[0]) * msec, Tokens: a[1], Events: 1})
		r.OutputTokens += record.Count(a[1])
	}
	r.Finish = r.Arrivals.Last()
	r.Done = r.Finish + msec
	return r
}

func failed(sent int, why record.FailureType) *record.Record {
	r := request(sent)
	r.Done, r.Failure = record.Stamp(sent+5)*msec, &record.Failure{Type: why, Message: "example of " + string(why)}
	return r
}

func TestOneRequest(t *testing.T) {
	// 10 ms to the first token, then gaps of 20, 40 and 10 ms that bring 1, 4 and 1 tokens.
	r := request(100, [2]int{110, 1}, [2]int{130, 1}, [2]int{170, 4}, [2]int{180, 1})
	check := func(name string, want ...float64) {
		t.Helper()
		i := slices.IndexFunc(latencies, func(l latency) bool { return l.name == name })
		if got := latencies[i].samples(r, r.Sent); !slices.Equal(got, want) {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	check("ttft", 10)
	check("ttfa")
	check("icl", 20, 40, 10)
	check("itl", 20, 10, 10, 10, 10, 10)
	check("stall", 40)
	check("tpot", 70.0/6)
	check("tpot_n1", 70.0/6)
	check("e2e", 80)
	check("queue_delay", 0)
	if got, want := sum(itl(r, 0))/6, tpot(r, 0)[0]; math.Abs(got-want) > 1e-9 {
		t.Errorf("tpot %v is not the mean of the request's itl, %v", want, got)
	}
}

func sum(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s
}

// Connecting lies between the moment a request was due and the one at which it was sent: it is no lateness of the client's.
func TestConnect(t *testing.T) {
	r := request(10, [2]int{30, 1})
	r.Scheduled, r.Connected, r.Connect = 2*msec, true, 7*time.Millisecond
	reused := request(10, [2]int{30, 1})
	got := Describe(Level{Open: true, Trials: []Trial{{Records: []*record.Record{r, reused}, T1: 100 * msec}}})
	if m := got.Metrics["connect"].Served; m.N != 1 || *m.Max != 7 {
		t.Errorf("connect: %+v, want one sample of 7 ms", m)
	}
	if late := got.Instrument.Lateness; *late.Max != 1 || *late.Min != 0 {
		t.Errorf("lateness from %v to %v, want 0 to 1: 8 ms less 7 of connecting", *late.Min, *late.Max)
	}
	if *got.Metrics["ttft"].Response.Max != 28 || *got.Metrics["ttft"].Service.Max != 20 {
		t.Errorf("ttft: %+v", got.Metrics["ttft"])
	}
	if _, there := Describe(Level{Trials: []Trial{{Records: []*record.Record{reused}}}}).Metrics["connect"]; there {
		t.Error("nobody connected, but there is a metric")
	}
}

// With five tokens in the first arrival the two formulas part: 30 ms for 3 later tokens, or for all 8 but one.
func TestTPOTCountsTokensAfterTheFirstArrival(t *testing.T) {
	r := request(0, [2]int{10, 5}, [2]int{20, 1}, [2]int{40, 2})
	if got := tpot(r, 0)[0]; got != 10 {
		t.Errorf("tpot = %v, want 10", got)
	}
	if got, want := tpotN1(r, 0)[0], 30.0/7; got != want {
		t.Errorf("tpot_n1 = %v, want %v", got, want)
	}
}

func TestUndefined(t *testing.T) {
	one := request(0, [2]int{10, 1})
	if tpot(one, 0) != nil || itl(one, 0) != nil || icl(one, 0) != nil || stall(one, 0) != nil || tpotN1(one, 0) != nil {
		t.Error("a request of one token has a tpot, itl, icl or stall")
	}
	// An arrival without tokens of its own hands its gap on.
	if got := itl(request(0, [2]int{10, 1}, [2]int{20, 0}, [2]int{40, 1}), 0); !slices.Equal(got, []float64{30}) {
		t.Errorf("itl = %v, want [30]", got)
	}
}

func TestOfferedCountsFailuresAsInfinite(t *testing.T) {
	// TTFTs of 10 and 30 ms, and a failure: served p50 is 20; offered p50 is the middle one, 30; offered p99 is lost.
	l := Level{Slots: 1, Trials: []Trial{{Records: []*record.Record{
		request(0, [2]int{10, 1}, [2]int{12, 1}), request(20, [2]int{50, 1}, [2]int{52, 1}), failed(60, record.HTTP5xx),
	}}}}
	out := Describe(l)
	m := out.Metrics["ttft"]
	if *m.Served.P50 != 20 || m.Served.N != 2 || m.Start != "sent" {
		t.Errorf("served p50 = %v of %d from %s, want 20 of 2 from sent", *m.Served.P50, m.Served.N, m.Start)
	}
	if *m.Offered.P50 != 30 || m.Offered.N != 3 || m.Offered.Lost != 1 || m.Offered.P99 != nil || m.Offered.Mean != nil {
		t.Errorf("offered = %+v, want p50 30 of 3, 1 lost, no p99, no mean", m.Offered)
	}
	if !slices.Equal(m.Offered.Beyond, []string{"p90", "p95", "p99", "p99_9"}) {
		t.Errorf("beyond = %v, want p90 and above", m.Offered.Beyond)
	}
	if f := out.Failures["http_5xx"]; f.Count != 1 || f.Example != "example of http_5xx" || out.NumFailed != 1 || out.NumRequests != 3 {
		t.Errorf("failures = %+v, %d of %d failed", out.Failures, out.NumFailed, out.NumRequests)
	}
}

func TestSupport(t *testing.T) {
	var samples stats.Tally
	for range 100 {
		samples.Add(0)
	}
	if got := summarize(&samples, 100).Unsupported; !slices.Equal(got, []string{"p99", "p99_9"}) {
		t.Errorf("of 100 samples %v are unsupported, want p99 and p99.9", got)
	}
	if got := summarize(&samples, 5).Unsupported; len(got) != 5 {
		t.Errorf("with 5 independent samples %v are unsupported, want all", got)
	}
	if s := summarize(new(stats.Tally), 0); s.Mean != nil || s.P50 != nil || s.N != 0 {
		t.Errorf("of no samples: %+v, want nulls", s)
	}
}

// Two slots over a window of 1 s: tokens count when they arrive in it and requests when they end in it, whoever sent
// them; first start to last end is another figure.
func TestWindowRates(t *testing.T) {
	warm := request(0, [2]int{900, 7}, [2]int{1100, 3}) // ends in the window, with 3 of its tokens
	warm.Phase = record.Warmup
	late := request(1700, [2]int{1900, 5}, [2]int{2300, 10}) // measured, but ends after the window
	l := Level{Slots: 2, Trials: []Trial{{FullSwing: true, T0: 1000 * msec, T1: 2000 * msec, Records: []*record.Record{
		warm, request(1000, [2]int{1200, 4}, [2]int{1400, 4}), request(1101, [2]int{1300, 1}, [2]int{1500, 1}),
		request(1450, [2]int{1500, 2}, [2]int{1600, 2}), late,
	}}}}
	out := Describe(l)
	if out.Window.Kind != "full_swing" || *out.Window.DurationSec != 1 || out.Window.Turns != 2 {
		t.Errorf("window = %+v", out.Window)
	}
	if got := *out.Throughput.OutputTokensPerSec; got != 3+8+2+4+5 {
		t.Errorf("output tokens/s = %v, want 22", got)
	}
	if got := *out.Throughput.RequestsPerSec; got != 4 {
		t.Errorf("requests/s = %v, want 4", got)
	}
	// From 1000 to 2301 ms: 4 requests, 29 tokens.
	if got, want := *out.ThroughputTokensPerSec, 29/1.301; math.Abs(got-want) > 1e-9 {
		t.Errorf("throughput_tokens_per_sec = %v, want %v", got, want)
	}
	if *out.MaxInFlight != 2 {
		t.Errorf("max in flight = %d, want 2", *out.MaxInFlight)
	}
}

// A slot that makes the connection for its next request does not hold the load back.
func TestInFlightWhileConnecting(t *testing.T) {
	var all []*record.Record
	for _, due := range []int{0, 100, 200} { // to be connected for 40 ms
		r := request(due+40, [2]int{due + 50, 1}, [2]int{due + 99, 1})
		r.Scheduled, r.Connected, r.Connect = record.Stamp(due)*msec, true, 40*time.Millisecond
		all = append(all, r)
	}
	never := failed(300, record.TimeoutConnect)
	never.Sent, never.Done = record.Unset, 400*msec
	out := Describe(Level{Slots: 1, Trials: []Trial{{FullSwing: true, T1: 400 * msec, Records: append(all, never)}}})
	if got := *out.Instrument.Stimulus.InFlight; got != 1 {
		t.Errorf("%v requests in flight on average, want 1", got)
	}
}

func TestShortLevelSaysSo(t *testing.T) {
	rs := []*record.Record{request(0, [2]int{10, 1}, [2]int{20, 1}), request(0, [2]int{10, 1}, [2]int{20, 1})}
	out := Describe(Level{Slots: 2, Trials: []Trial{{FullSwing: true, T0: 0, T1: 1, Records: rs}}})
	if out.Window.Kind != "short" {
		t.Errorf("one turn a slot makes a %q window", out.Window.Kind)
	}
	if got, want := *out.Throughput.OutputTokensPerSec, 4/0.021; math.Abs(got-want) > 1e-9 {
		t.Errorf("tokens/s = %v, want %v: first start to last end", got, want)
	}
}

// Trials pool: union for percentiles, sums for counts and times, sum over sum for rates.
func TestPooling(t *testing.T) {
	trial := func(i, ttft, gap int) Trial {
		r := request(0, [2]int{ttft, 1}, [2]int{ttft + gap, 1})
		r.Trial = i
		return Trial{Records: []*record.Record{r}, FullSwing: true, T1: 100 * msec}
	}
	out := Describe(Level{Slots: 1, Trials: []Trial{trial(0, 10, 9), trial(1, 30, 29)}})
	if *out.TTFTP50Ms != 20 || out.NumRequests != 2 {
		t.Errorf("pooled p50 = %v of %d", *out.TTFTP50Ms, out.NumRequests)
	}
	// Each trial runs from 0 to one ms after its last arrival: 20 + 60 ms, 4 tokens.
	if got, want := *out.ThroughputTokensPerSec, 4/0.08; math.Abs(got-want) > 1e-9 {
		t.Errorf("pooled tokens/s = %v, want %v", got, want)
	}
}

func TestOpenLoopCountsFromScheduled(t *testing.T) {
	r := request(100, [2]int{150, 1}, [2]int{160, 1})
	r.Scheduled = 40 * msec
	out := Describe(Level{Open: true, Cap: 1, Trials: []Trial{{Records: []*record.Record{r}, FullSwing: true, T1: 200 * msec}}})
	m := out.Metrics["ttft"]
	if *out.TTFTP50Ms != 110 || *m.Response.P50 != 110 || *m.Service.P50 != 50 || *out.Metrics["queue_delay"].Served.P50 != 60 {
		t.Errorf("ttft %v, response %v, service %v, queue delay %v: want 110, 110, 50, 60",
			*out.TTFTP50Ms, *m.Response.P50, *m.Service.P50, *out.Metrics["queue_delay"].Served.P50)
	}
}

func TestGoodput(t *testing.T) {
	cut := failed(0, record.Cancelled)
	rs := []*record.Record{
		request(0, [2]int{50, 1}, [2]int{60, 1}, [2]int{70, 1}),   // good
		request(0, [2]int{150, 1}, [2]int{160, 1}),                // TTFT over 100
		request(0, [2]int{50, 1}, [2]int{150, 1}, [2]int{155, 9}), // stalls for 100: its own ICL p99 is over 60
		request(0, [2]int{50, 1}),                                 // one token: no TPOT, no ITL
		failed(0, record.RateLimited),
		cut,
	}
	l := Level{Slots: 1, SLO: SLO{TTFT: 100, TPOT: 25, ITL: 60}, Trials: []Trial{{Records: rs, FullSwing: true, T1: 2000 * msec}}}
	g := Describe(l).Goodput
	if g.Good != 2 || g.Offered != 5 || *g.Percent != 40 || g.Censored != 1 {
		t.Errorf("goodput = %+v, want 2 of 5, 1 censored", g)
	}
	if *g.LowPercent != 100*2.0/6 || *g.HighPercent != 50 {
		t.Errorf("bounds [%v, %v], want [33.3, 50]", *g.LowPercent, *g.HighPercent)
	}
	// Six starts make five gaps in 2 s, so requests start at 2.5/s; a third of them, with two tokens each, is good.
	if math.Abs(*g.RequestsPerSec-2.5/3) > 1e-9 || math.Abs(*g.TokensPerSec-5.0/3) > 1e-9 {
		t.Errorf("good %v requests/s and %v tokens/s, want 0.83 and 1.67", *g.RequestsPerSec, *g.TokensPerSec)
	}
	if g.NotApplicable["tpot"] != 1 || g.NotApplicable["itl"] != 1 || g.Missed["ttft"] != 1 || g.Missed["itl"] != 1 {
		t.Errorf("not applicable %v, missed %v", g.NotApplicable, g.Missed)
	}
	if Describe(Level{Slots: 1, Trials: l.Trials}).Goodput != nil {
		t.Error("goodput without an SLO")
	}
}

// One slot, 1 s a request, all good: goodput is the throughput, not one request more in the same time.
func TestGoodputOfOneSlotIsItsThroughput(t *testing.T) {
	var rs []*record.Record
	for i := range 4 {
		rs = append(rs, request(1000*i, [2]int{1000*i + 500, 1}, [2]int{1000*i + 999, 1}))
	}
	out := Describe(Level{Slots: 1, SLO: SLO{E2E: 5000}, Trials: []Trial{{Records: rs, FullSwing: true, T1: 3000*msec + 1}}})
	for name, rate := range map[string]*float64{"goodput": out.Goodput.RequestsPerSec, "throughput": out.Throughput.RequestsPerSec} {
		if math.Abs(*rate-1) > 1e-6 {
			t.Errorf("%s = %v/s, want 1", name, *rate)
		}
	}
}

func TestAllFailed(t *testing.T) {
	out := Describe(Level{Slots: 1, Trials: []Trial{{Records: []*record.Record{failed(0, record.Connect)}}}})
	if out.TTFTP50Ms != nil || out.Metrics["ttft"].Served.P50 != nil || out.NumFailed != 1 {
		t.Errorf("a level that failed entirely has ttft %v", out.TTFTP50Ms)
	}
	none := Describe(Level{Slots: 1, Trials: []Trial{{Records: []*record.Record{failed(0, record.Connect), failed(5, record.Connect), failed(9, record.Connect)}}}})
	if got := none.Metrics["ttft"].Offered.Beyond; !slices.Equal(got, []string{"p50", "p90", "p95", "p99", "p99_9"}) {
		t.Errorf("of three failures only %v lie beyond all limits, want every percentile", got)
	}
	if out.ThroughputTokensPerSec == nil || *out.ThroughputTokensPerSec != 0 {
		t.Error("a level that failed entirely delivered no tokens: want 0, measured")
	}
}

func TestNothingRan(t *testing.T) {
	out := Describe(Level{Slots: 1, SLO: SLO{TTFT: 1}, Trials: []Trial{{}}})
	if out.NumRequests != 0 || out.Throughput.OutputTokensPerSec != nil || out.Goodput.Percent != nil {
		t.Errorf("nothing ran, yet %+v", out)
	}
}

// A success whose only token had no text has no TTFT: it misses an SLO on it, and is no sample of it.
func TestSuccessWithoutFirstToken(t *testing.T) {
	blank := request(0)
	blank.OutputTokens, blank.Finish, blank.Done = 1, 30*msec, 31*msec
	l := Level{Slots: 1, SLO: SLO{TTFT: 100}, Trials: []Trial{{Records: []*record.Record{blank, request(0, [2]int{50, 1})}}}}
	out := Describe(l)
	if out.Goodput.Good != 1 || out.Goodput.Missed["ttft"] != 1 || out.NumSuccessful != 2 || out.Metrics["ttft"].Served.N != 1 {
		t.Errorf("goodput %+v, %d successful, %d TTFTs", out.Goodput, out.NumSuccessful, out.Metrics["ttft"].Served.N)
	}
	if got := *out.Metrics["e2e"].Served.Max; got != 50 {
		t.Errorf("longest E2E %v, want 50", got)
	}
}
