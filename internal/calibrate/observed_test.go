package calibrate

import (
	"math"
	"testing"
	"time"
)

func TestSigma(t *testing.T) {
	check := func(p50, p95, want float64) {
		t.Helper()
		if got := Sigma(p50, p95); math.Abs(got-want) > 1e-9 {
			t.Errorf("Sigma(%v, %v) = %v, want %v", p50, p95, got, want)
		}
	}
	check(10, 10*math.Exp(0.1645), 0.1)
	check(10, 10, 0)
	check(0, 10, 0)
	check(1, 1e9, 1.5)
}

func TestWithin(t *testing.T) {
	check := func(o Observed, tokens, requests, streams int) {
		t.Helper()
		o.ITL, o.TTFT = max(o.ITL, 10*time.Millisecond), max(o.TTFT, 100*time.Millisecond)
		_, m := o.within(time.Second)
		if m.Tokens != tokens || m.Requests != requests || m.Streams != streams {
			t.Errorf("%+v: %d tokens, %d requests, %d streams; want %d, %d, %d", o, m.Tokens, m.Requests, m.Streams, tokens, requests, streams)
		}
	}
	check(Observed{Streams: 8, Tokens: 11}, 11, 40, 8)            // 200 ms each: five turns
	check(Observed{Streams: 8, Tokens: 1000}, 91, 8, 8)           // cut to 1 s
	check(Observed{TTFT: time.Minute, Tokens: 5}, 5, 1, 1)        // TTFT cut to half a second
	check(Observed{Rate: 100, Streams: 4, Tokens: 11}, 11, 80, 4) // what is due in the first 0.8 s
	check(Observed{Rate: 1e6, Streams: 4, Tokens: 1}, 1, mostRequests, 4)
	check(Observed{Rate: 0.01, Streams: 1, Tokens: 1}, 1, 1, 1)
}
