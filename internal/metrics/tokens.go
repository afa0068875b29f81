package metrics

import (
	"strconv"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// tokens counts the tokens of the successes, and says who counted them.
func tokens(p population) result.Tokens {
	t := result.Tokens{CountSources: map[string]int{}, ITLSources: map[string]int{}, PerArrival: map[string]int{}, FinishReasons: map[string]int{}}
	var input, cached counter
	for _, r := range p.served {
		t.Output += r.OutputTokens.OrZero()
		t.CountSources[string(r.CountSource)]++
		t.ITLSources[string(r.ITLSource)]++
		t.FinishReasons[r.FinishReason]++
		for a := range r.Arrivals.All() {
			t.PerArrival[strconv.Itoa(a.Tokens)]++
		}
		input.add(r.InputTokens)
		cached.add(r.CachedTokens)
	}
	t.Input, t.CachedInput = input.sum(), cached.sum()
	if t.Input != nil && t.CachedInput != nil {
		t.CachedInputShare = number(float64(*t.CachedInput) / float64(*t.Input))
	}
	t.RepeatedShare = repeated(p.offered)
	return t
}

// counter sums counts; it has no sum where nobody counted.
type counter struct{ total, known int }

func (c *counter) add(n record.Count) {
	if n.Known() {
		c.total += int(n)
		c.known++
	}
}

func (c *counter) sum() *int {
	if c.known == 0 {
		return nil
	}
	return &c.total
}

// repeated is the share of the input, in bytes, whose prompt had been sent before.
func repeated(rs []*record.Record) float64 {
	again, all := 0, 0
	for _, r := range rs {
		all += r.PromptSize
		if r.ReusedPrompt {
			again += r.PromptSize
		}
	}
	return float64(again) / float64(max(all, 1))
}

// requests counts what was sent beside the measured requests, and how.
func (l Level) requests(p population) result.Requests {
	n := result.Requests{Censored: len(p.censored)}
	for range l.records(record.Warmup) {
		n.Warmup++
	}
	for range l.records(record.Filler) {
		n.Filler++
	}
	for _, r := range p.offered {
		if r.Resent {
			n.Resent++
		}
		if r.Connected {
			n.NewConnections++
		}
	}
	return n
}
