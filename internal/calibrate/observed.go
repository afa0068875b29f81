package calibrate

import (
	"context"
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

// within is a replay that takes about limit: shorter requests where they take longer, as many as fit where they don't.
func (o Observed) within(limit time.Duration) (Script, Mix) {
	s := Script{
		TTFT: min(o.TTFT, limit/2), ITL: max(o.ITL, time.Microsecond), TTFTSigma: o.TTFTSigma, ITLSigma: o.ITLSigma, TokensPerEvent: max(1, o.TokensPerEvent), EventBytes: o.EventBytes,
	}
	m := Mix{Transport: o.Transport, Fresh: o.Fresh, Streams: max(1, o.Streams), Rate: o.Rate, Prompt: o.Prompt}
	most := 1 + int((limit-s.TTFT)/s.ITL)
	m.Tokens = max(1, min(o.Tokens, most))
	one := s.TTFT + time.Duration(m.Tokens-1)*s.ITL
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
	ctx, cancel := context.WithTimeout(ctx, limit)
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
