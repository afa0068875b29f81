package sim

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// Script is a token schedule known beforehand: a pure function of its seed and the request's key.
type Script struct {
	TTFT LogNormal // from receipt to the first event
	// ITL is the pace per token: an event of k tokens comes after the sum of k draws.
	ITL            LogNormal
	TokensPerEvent int  // 0 means 1; the last event may have fewer
	Ragged         bool // draw the tokens of each event from 1..TokensPerEvent
	// Fixed, where it is set, is the schedule of every request: gaps before each event, the first from receipt. The
	// last one repeats until all tokens are out.
	Fixed []time.Duration
	Seed  uint64
}

// DefaultScript has TTFT around 50 ms and ITL around 20 ms.
func DefaultScript() Script {
	return Script{TTFT: LogNormal{50 * time.Millisecond, 0.3}, ITL: LogNormal{20 * time.Millisecond, 0.2}}
}

// LogNormal is a distribution of durations: Median · exp(Sigma · Z).
type LogNormal struct {
	Median time.Duration
	Sigma  float64
}

func (l LogNormal) draw(rng *rand.Rand) time.Duration {
	return time.Duration(float64(l.Median) * math.Exp(l.Sigma*rng.NormFloat64()))
}

// Burst is tokens that come together, At after the request's receipt.
type Burst struct {
	At     time.Duration
	Tokens int
}

// Plan is the schedule of a request with the given key and number of tokens.
func (s Script) Plan(key string, tokens int) []Burst {
	rng := rand.New(rand.NewPCG(s.Seed, hash(key)))
	gap := func(event, n int) time.Duration {
		switch {
		case len(s.Fixed) > 0:
			return s.Fixed[min(event, len(s.Fixed)-1)]
		case event == 0:
			return s.TTFT.draw(rng)
		}
		var sum time.Duration
		for range n {
			sum += s.ITL.draw(rng)
		}
		return sum
	}
	per := max(1, s.TokensPerEvent)
	plan := make([]Burst, 0, tokens/per+1)
	for at := time.Duration(0); tokens > 0; {
		n := per
		if s.Ragged {
			n = 1 + rng.IntN(per)
		}
		n = min(n, tokens)
		at += gap(len(plan), n)
		plan = append(plan, Burst{at, n})
		tokens -= n
	}
	return plan
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}
