package calibrate

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Observed is what a load was like, for a replay.
type Observed struct {
	Transport           string
	Fresh               bool // a connection for every request
	Streams             int
	Rate                float64 // requests a second of an open loop
	Tokens              int     // of each request
	TokensPerEvent      int
	EventBytes          int
	TTFT, ITL           time.Duration // medians
	TTFTSigma, ITLSigma float64       // of log-normal times
	Prompt              int           // bytes
	Own                 bool          // as of a Mix
}

// Sigma is that of a log-normal distribution by two of its percentiles, as far as a script goes.
func Sigma(p50, p95 float64) float64 {
	const z95, most = 1.645, 1.5
	if p50 <= 0 || p95 <= p50 {
		return 0
	}
	return min(math.Log(p95/p50)/z95, most)
}

const mostRequests = 20_000

// within is a replay that takes about limit: shorter requests where they take longer, as many as fit where they don't, and
// none whose first token comes long after all others.
func (o Observed) within(limit time.Duration) (Script, Mix) {
	s := Script{
		TTFT: min(o.TTFT, limit/4), ITL: max(o.ITL, time.Microsecond), TTFTSigma: o.TTFTSigma, ITLSigma: o.ITLSigma, TokensPerEvent: max(1, o.TokensPerEvent), EventBytes: o.EventBytes,
	}
	const slowest = 4 // of 30,000: standard deviations above the median. A quarter leaves it some, or all come at once
	s.TTFTSigma = min(s.TTFTSigma, math.Log(float64(limit/2)/float64(s.TTFT))/slowest)
	m := Mix{Transport: o.Transport, Fresh: o.Fresh, Streams: max(1, o.Streams), Rate: o.Rate, Prompt: o.Prompt, Own: o.Own}
	pace := time.Duration(float64(s.ITL) * math.Exp(s.ITLSigma*s.ITLSigma/2)) // its mean
	most := 1 + int((limit-s.TTFT)/pace)
	m.Tokens = max(1, min(o.Tokens, most))
	one := s.TTFT + time.Duration(m.Tokens-1)*pace
	if m.Rate > 0 {
		m.Requests = int(m.Rate * max(limit-one, limit/10).Seconds())
	} else {
		m.Requests = m.Streams * max(1, int(limit/max(one, time.Millisecond)))
	}
	m.Requests = max(1, min(m.Requests, mostRequests))
	if m.Rate == 0 {
		m.Streams = min(m.Streams, m.Requests)
	}
	return s, m
}

// Replay plays a load like the one observed, on a truth server of its own, in at most limit. Of that the play itself takes
// half: starting, reading the truth and late ends take the rest.
func Replay(ctx context.Context, program string, o Observed, limit time.Duration) (Script, Mix, Outcome, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %v", limit))
	defer cancel()
	script, mix := o.within(limit / 2)
	server, err := Start(ctx, program, script)
	if err != nil {
		return script, mix, Outcome{}, err
	}
	defer server.Close()
	out, err := server.Play(ctx, mix)
	return script, mix, out, err
}
