package splleed

import (
	"fmt"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/schedule"
	"github.com/splleed/splleed/internal/workload"
)

// Part is one class of a mix.
type Part struct {
	Name      string   `json:"name"`
	Weight    float64  `json:"weight,omitempty"`     // how often it comes, next to the others; default 1
	Prompts   []string `json:"prompts,omitempty"`    // sent unaltered, in order
	InputLen  int      `json:"input_len,omitempty"`  // in place of Prompts: so many words at random
	MaxTokens int      `json:"max_tokens,omitempty"` // to generate at most; default that of Sampling
	Model     string   `json:"model,omitempty"`      // that its requests name: another model or a LoRA adapter of the server; default the Backend's
}

// Probe is a thin stream of requests with Poisson arrivals beside the load: what a small request meets while the server
// is busy. Probes are reported by themselves and count in nothing else.
type Probe struct {
	Rate      float64 `json:"rate,omitempty"`       // requests per second; default 1
	Prompt    string  `json:"prompt,omitempty"`     // default "Hello"
	MaxTokens int     `json:"max_tokens,omitempty"` // default 1
}

// TraceRequest is one request of a trace.
type TraceRequest struct {
	AtS       float64 `json:"at_s"` // when it arrives, in seconds since the begin of the trace
	Prompt    string  `json:"prompt"`
	MaxTokens int     `json:"max_tokens,omitempty"` // to generate at most; default that of Sampling
}

// generatedPrompts is how many prompts are made for a Part that has none; they then come again.
const generatedPrompts = 256

// items is everything that the benchmark may send: prompts, mix or trace, and last the probe, if there is one.
func (b Benchmark) items() ([]workload.Item, []workload.Part, error) {
	var items []workload.Item
	var parts []workload.Part
	for _, prompt := range b.Prompts {
		items = append(items, workload.Item{Text: prompt})
	}
	for _, request := range b.Trace {
		items = append(items, workload.Item{Text: request.Prompt, MaxTokens: request.MaxTokens})
	}
	for i, p := range b.Mix {
		prompts, err := p.texts(seedOf(*b.Seed, 0, i))
		if err != nil {
			return nil, nil, fmt.Errorf("mix[%d]: %w", i, err)
		}
		for _, text := range prompts {
			items = append(items, workload.Item{Text: text, MaxTokens: p.MaxTokens, Model: p.Model, Class: p.Name})
		}
		parts = append(parts, workload.Part{Count: len(prompts), Weight: or(p.Weight, 1)})
	}
	return items, parts, nil
}

func (p Part) texts(seed uint64) ([]string, error) {
	if len(p.Prompts) > 0 {
		return p.Prompts, nil
	}
	return workload.Source{Count: generatedPrompts, MinWords: p.InputLen, MaxWords: p.InputLen}.Prompts(seed)
}

// dealer says which request gets which prompt.
type dealer interface {
	Measured(i int) workload.Prompt
	Unmeasured() workload.Prompt
	Hash() string
}

// dealer deals items to a run of so many measured requests.
func (b Benchmark) dealer(items []workload.Item, parts []workload.Part, measured int) dealer {
	if len(parts) > 0 {
		return workload.NewMix(items, parts, measured, b.CacheBust, *b.Seed)
	}
	return workload.NewSet(items, measured, b.CacheBust)
}

// item is what a probe sends.
func (p Probe) item() workload.Item {
	return workload.Item{Text: or(p.Prompt, "Hello"), MaxTokens: or(p.MaxTokens, 1)}
}

// arrivals of probes, in a level of a trial.
func (p Probe) arrivals(seed uint64) schedule.Arrivals {
	next, _ := schedule.New("poisson", schedule.Steady(or(p.Rate, 1)), 1, ^seed) // a pattern that exists
	return next
}

func (b Benchmark) checkMix(bad *invalid.Fields) {
	given := 0
	for _, n := range []int{len(b.Prompts), len(b.Mix), len(b.Trace)} {
		if n > 0 {
			given++
		}
	}
	bad.Check(given > 0, "prompts", "is empty: what is to be sent?")
	bad.Check(given < 2, "prompts", "prompts, mix and trace exclude each other")
	names := map[string]bool{}
	for i, p := range b.Mix {
		at := fmt.Sprintf("mix[%d]", i)
		bad.Check(p.Name != "" && !names[p.Name], at+".name", "is %q: want a name of its own", p.Name)
		names[p.Name] = true
		bad.Check(p.Weight >= 0 && p.Weight <= 1e9, at+".weight", "is %g: want more than 0", p.Weight)
		bad.Check((len(p.Prompts) > 0) != (p.InputLen > 0), at+".prompts", "is to be given, or input_len (1 or more), and not both")
		bad.Check(p.InputLen <= 1e6, at+".input_len", "is %d: want at most 1,000,000", p.InputLen)
		bad.Check(p.MaxTokens >= 0, at+".max_tokens", "is %d: want 1 or more", p.MaxTokens)
	}
	if p := b.Probe; p != nil {
		bad.Check(p.Rate >= 0 && p.Rate <= 1e6, "probe.rate", "is %g: want requests per second, more than 0", p.Rate)
		bad.Check(p.MaxTokens >= 0, "probe.max_tokens", "is %d: want 1 or more", p.MaxTokens)
	}
}

func (b Benchmark) checkTrace(bad *invalid.Fields) {
	last := 0.0
	for i, r := range b.Trace {
		at := fmt.Sprintf("trace[%d]", i)
		bad.Check(r.AtS >= last && r.AtS <= 1e7, at+".at_s", "is %g: want seconds, in order, from 0 on", r.AtS)
		bad.Check(r.MaxTokens >= 0, at+".max_tokens", "is %d: want 1 or more", r.MaxTokens)
		last = max(last, r.AtS)
	}
	if len(b.Trace) == 0 {
		return
	}
	bad.Check(b.Mode == Serve, "trace", "has arrivals: it wants mode serve")
	bad.Check(len(b.ArrivalRate) == 0 && b.Shape == "", "trace", "has its own arrivals: no arrival_rate, no shape")
	bad.Check(b.Runs <= len(b.Trace), "runs", "is %d: the trace has %d requests", b.Runs, len(b.Trace))
}

func (b Benchmark) checkShape(bad *invalid.Fields) {
	bad.Check(b.DurationS >= 0 && b.DurationS <= 7*24*3600, "duration_s", "is %g: want seconds, at most a week", b.DurationS)
	bad.Check(!b.CutOff || b.DurationS > 0 || b.Shape != "", "cut_off", "wants a duration_s: when?")
	if b.Shape == "" {
		return
	}
	_, err := schedule.ParseShape(b.Shape, defaultRate)
	bad.Check(err == nil, "shape", "%v", err)
	bad.Check(b.Mode == Serve, "shape", "is one of arrivals: it wants mode serve")
	bad.Check(err != nil || schedule.Relative(b.Shape) || len(b.ArrivalRate) == 0, "arrival_rate", "does not go with shape %s, which names its rates", b.Shape)
}
