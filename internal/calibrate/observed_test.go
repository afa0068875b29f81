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
	check(Observed{TTFT: time.Minute, Tokens: 5}, 5, 3, 1)        // TTFT cut to a quarter of a second
	check(Observed{Rate: 100, Streams: 4, Tokens: 11}, 11, 80, 4) // what is due in the first 0.8 s
	check(Observed{Rate: 1e6, Streams: 4, Tokens: 1}, 1, mostRequests, 4)
	check(Observed{Streams: 8, Tokens: 11, ITLSigma: 1.5}, 11, 16, 8) // 408 ms each: the mean gap is 3.08 times the median
	check(Observed{Rate: 0.01, Streams: 1, Tokens: 1}, 1, 1, 1)
}

// The slowest first token of a replay's thousands comes in time, as the calibration has an end.
func TestTail(t *testing.T) {
	const slowest = 4 // of 30,000: standard deviations above the median
	for _, ttft := range []time.Duration{0, 10 * time.Millisecond, 800 * time.Millisecond, time.Minute} {
		s, _ := Observed{TTFT: ttft, TTFTSigma: 1.5, Tokens: 1}.within(2 * time.Second)
		if last := float64(s.TTFT) * math.Exp(slowest*s.TTFTSigma); last > float64(time.Second+time.Millisecond) {
			t.Errorf("TTFT %v: sigma %v lets one take %v", ttft, s.TTFTSigma, time.Duration(last))
		}
	}
}
