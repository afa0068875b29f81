package sim

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

const ms = time.Millisecond

// byHand has costs that are easy to add up: a step is 10 ms, a prompt token 1 ms, a decoding sequence 2 ms.
func byHand() Profile {
	return Profile{StepBase: 10 * ms, PrefillToken: ms, DecodeSeq: 2 * ms, BlockSize: 4}
}

func simulate(t *testing.T, p Profile, arrivals ...Arrival) []Outcome {
	t.Helper()
	got, err := Simulate(p, arrivals)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestModelByHand(t *testing.T) {
	check := func(name string, p Profile, arrivals []Arrival, want ...Outcome) {
		t.Helper()
		if got := simulate(t, p, arrivals...); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, want)
		}
	}
	at := func(ms ...int) (times []time.Duration) {
		for _, m := range ms {
			times = append(times, time.Duration(m)*time.Millisecond)
		}
		return times
	}
	p := byHand()

	// Prefill of 5 tokens: 10 + 5 = 15. Then two steps of 10 + 2.
	check("alone", p, []Arrival{{0, Work{Prompt: 5, Output: 3}}}, Outcome{Tokens: at(15, 27, 39)})

	p.Setup = 7 * ms
	check("setup", p, []Arrival{{3 * ms, Work{Prompt: 5, Output: 1}}}, Outcome{Admitted: 10 * ms, Tokens: at(25)})

	// The second arrives in the first's prefill (0 to 15), joins at 15 (10 + 2 decode + 5 prefill = 17, to 32), then
	// both decode (10 + 4, to 46), then the second alone (12, to 58).
	p = byHand()
	two := []Arrival{{0, Work{Prompt: 5, Output: 3}}, {ms, Work{Prompt: 5, Output: 3}}}
	check("batch", p, two,
		Outcome{Tokens: at(15, 32, 46)},
		Outcome{Admitted: 15 * ms, Tokens: at(32, 46, 58)})

	// One at a time: the second waits for the first's end at 39.
	p.MaxSeqs = 1
	check("one sequence", p, two,
		Outcome{Tokens: at(15, 27, 39)},
		Outcome{Admitted: 39 * ms, Tokens: at(54, 66, 78)})

	// 5 + 3 tokens are two blocks of four; three blocks hold only one such sequence.
	p = byHand()
	p.Blocks = 3
	check("blocks", p, two,
		Outcome{Tokens: at(15, 27, 39)},
		Outcome{Admitted: 39 * ms, Tokens: at(54, 66, 78)})

	// Chunks of 4: 10 + 4 to 14, 10 + 1 to 21 + ... 25: 14 + 11.
	p = byHand()
	p.StepBudget = 4
	check("chunked prefill", p, []Arrival{{0, Work{Prompt: 5, Output: 2}}}, Outcome{Tokens: at(25, 37)})

	// The budget of 4 is shared: a's 4 prompt tokens fill the first step (to 14). Then a decodes, and 3 of b's 5 tokens
	// fit (10 + 2 + 3, to 29), then the other 2 (10 + 2 + 2, to 43).
	check("decodes go first", p, []Arrival{{0, Work{Prompt: 4, Output: 3}}, {0, Work{Prompt: 5, Output: 1}}},
		Outcome{Tokens: at(14, 29, 43)},
		Outcome{Admitted: 14 * ms, Tokens: at(43)})

	// Context: each decoding sequence reads its prompt and what it has generated: 5 + 1 = 6, then 7.
	p = byHand()
	p.ContextToken = ms
	check("context", p, []Arrival{{0, Work{Prompt: 5, Output: 3}}}, Outcome{Tokens: at(15, 15+12+6, 15+12+6+12+7)})

	p = byHand()
	p.TokensPerStep = 2
	check("two tokens a step", p, []Arrival{{0, Work{Prompt: 5, Output: 4}}}, Outcome{Tokens: at(15, 27, 27, 39)})

	// The same 9 tokens again: two full blocks of four are known, one token is left: 10 + 1.
	p = byHand()
	prefix := []uint64{1, 2}
	twice := []Arrival{{0, Work{9, 1, prefix}}, {time.Second, Work{9, 1, prefix}}}
	check("prefix cache", p, twice,
		Outcome{Tokens: at(19)},
		Outcome{Admitted: time.Second, Cached: 8, Tokens: at(1011)})

	p.NoPrefixCache = true
	check("no prefix cache", p, twice,
		Outcome{Tokens: at(19)},
		Outcome{Admitted: time.Second, Tokens: at(1019)})

	// 8 tokens are two full blocks, but the last token is always computed: one block of cache, 4 tokens computed.
	p = byHand()
	check("whole prompt cached", p, []Arrival{{0, Work{8, 1, prefix}}, {time.Second, Work{8, 1, prefix}}},
		Outcome{Tokens: at(18)},
		Outcome{Admitted: time.Second, Cached: 4, Tokens: at(1014)})

	// Three blocks: the second request (3 blocks) evicts the first's two, so the third finds nothing.
	p.Blocks = 3
	check("eviction", p, []Arrival{
		{0, Work{9, 1, prefix}}, {time.Second, Work{9, 1, []uint64{3, 4}}}, {2 * time.Second, Work{9, 1, prefix}},
	},
		Outcome{Tokens: at(19)},
		Outcome{Admitted: time.Second, Tokens: at(1019)},
		Outcome{Admitted: 2 * time.Second, Tokens: at(2019)})
}

func TestModelRefuses(t *testing.T) {
	p := byHand()
	p.Blocks = 2
	m := NewModel(p)
	check := func(at time.Duration, w Work, tooLarge bool) {
		t.Helper()
		if _, err := m.Submit(at, w); err == nil || errors.Is(err, ErrTooLarge) != tooLarge {
			t.Errorf("Submit(%v, %v): %v", at, w, err)
		}
	}
	check(0, Work{Prompt: 5, Output: 4}, true)
	check(0, Work{Prompt: 0, Output: 4}, false)
	check(0, Work{Prompt: 4, Output: 0}, false)
	m.Advance(10 * ms)
	check(9*ms, Work{Prompt: 4, Output: 4}, false)
	if _, err := m.Submit(20*ms, Work{Prompt: 4, Output: 4}); err != nil {
		t.Error(err)
	}
	check(19*ms, Work{Prompt: 4, Output: 4}, false)
}

func TestModelCancel(t *testing.T) {
	p := byHand()
	p.MaxSeqs = 2
	m := NewModel(p)
	for range 3 {
		m.Submit(0, Work{Prompt: 5, Output: 3})
	}
	m.Advance(5 * ms) // 1 and 2 in their prefill, 3 waiting
	m.Cancel(1)
	m.Cancel(1)
	m.Cancel(99)
	// The step goes on as planned: 10 + 5 + 5. Then 2 decodes while 3 is prefilled: 10 + 2 + 5.
	want := []Event{
		{20 * ms, 2, Generated, 1, false}, {20 * ms, 3, Admitted, 0, false},
		{37 * ms, 2, Generated, 1, false}, {37 * ms, 3, Generated, 1, false},
	}
	if got := m.Advance(40 * ms); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	m.Cancel(2)
	m.Cancel(3)
	m.Advance(time.Second)
	if _, ok := m.Next(); ok || m.Running() != 0 || m.Waiting() != 0 || m.BlocksUsed() != 0 {
		t.Errorf("not idle: %d running, %d waiting, %d blocks", m.Running(), m.Waiting(), m.BlocksUsed())
	}
}

// randomLoad is arrivals of all sizes, some of which share prefixes, at a rate that makes a queue.
func randomLoad(seed uint64, n int) []Arrival {
	rng := rand.New(rand.NewPCG(seed, 0))
	var at time.Duration
	arrivals := make([]Arrival, n)
	for i := range arrivals {
		at += time.Duration(rng.ExpFloat64() * float64(5*ms))
		prompt := 1 + rng.IntN(300)
		prefix := make([]uint64, prompt/16)
		group := rng.Uint64N(5)
		for j := range prefix {
			prefix[j] = group<<32 | uint64(j)
		}
		arrivals[i] = Arrival{at, Work{prompt, 1 + rng.IntN(60), prefix}}
	}
	return arrivals
}

func TestModelInvariants(t *testing.T) {
	p := Small()
	p.MaxSeqs, p.Blocks, p.StepBudget, p.Jitter = 16, 200, 256, 0.2
	for seed := range uint64(20) {
		p.Seed, p.TokensPerStep = seed, 1+int(seed%3)
		arrivals := randomLoad(seed, 300)
		m := NewModel(p)
		tokens := make([]int, len(arrivals))
		var admitted []int64
		var last time.Duration
		look := func(events []Event) {
			for _, e := range events {
				if e.At < last {
					t.Fatalf("seed %d: time went back from %v to %v", seed, last, e.At)
				}
				last = e.At
				if e.Kind == Admitted {
					admitted = append(admitted, e.ID)
					continue
				}
				tokens[e.ID-1] += e.Tokens
				if e.Last != (tokens[e.ID-1] == arrivals[e.ID-1].Output) {
					t.Fatalf("seed %d: request %d: last is %v at token %d", seed, e.ID, e.Last, tokens[e.ID-1])
				}
			}
			if m.Running() > p.MaxSeqs || m.BlocksUsed() > p.Blocks {
				t.Fatalf("seed %d: %d running, %d blocks", seed, m.Running(), m.BlocksUsed())
			}
		}
		for _, a := range arrivals {
			look(m.Advance(a.At - 1))
			if _, err := m.Submit(a.At, a.Work); err != nil {
				t.Fatal(err)
			}
		}
		for at, ok := m.Next(); ok; at, ok = m.Next() {
			look(m.Advance(at))
		}
		for i, a := range arrivals {
			if tokens[i] != a.Output || admitted[i] != int64(i+1) {
				t.Fatalf("seed %d: request %d: %d of %d tokens, admitted as %d", seed, i+1, tokens[i], a.Output, admitted[i])
			}
		}
		if m.BlocksUsed() != 0 || m.kv.free+m.kv.idle.Len() != p.Blocks {
			t.Fatalf("seed %d: %d blocks used, %d free, %d idle of %d", seed, m.BlocksUsed(), m.kv.free, m.kv.idle.Len(), p.Blocks)
		}
	}
}

// Looking at the model more often changes nothing.
func TestModelIsIncremental(t *testing.T) {
	p := Small()
	p.MaxSeqs, p.Blocks = 8, 100
	arrivals := randomLoad(1, 200)
	want := simulate(t, p, arrivals...)
	m := NewModel(p)
	got := make([]Outcome, len(arrivals))
	next := 0
	for now := time.Duration(0); ; now += 700 * time.Microsecond {
		for ; next < len(arrivals) && arrivals[next].At <= now; next++ {
			gather(got, m.Advance(arrivals[next].At-1))
			m.Submit(arrivals[next].At, arrivals[next].Work)
		}
		gather(got, m.Advance(now))
		if _, ok := m.Next(); !ok && next == len(arrivals) {
			break
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the outcome depends on how often one looks")
	}
}

// closedLoop keeps n requests in flight, in virtual time, and returns the mean ITL and the rate of tokens per second.
func closedLoop(t *testing.T, p Profile, n int) (ttft, itl time.Duration, rate float64) {
	t.Helper()
	const prompt, output, turns = 128, 64, 6
	m := NewModel(p)
	sent := map[int64]time.Duration{}
	var firsts, gaps time.Duration
	var requests, tokens int
	submit := func(at time.Duration) {
		id, err := m.Submit(at, Work{Prompt: prompt, Output: output})
		if err != nil {
			t.Fatal(err)
		}
		sent[id] = at
	}
	for range n {
		submit(0)
	}
	lastToken := map[int64]time.Duration{}
	var end time.Duration
	for at, ok := m.Next(); ok; at, ok = m.Next() {
		for _, e := range m.Advance(at) {
			if e.Kind == Admitted {
				continue
			}
			if prev, ok := lastToken[e.ID]; ok {
				gaps += e.At - prev
			} else {
				firsts += e.At - sent[e.ID]
			}
			lastToken[e.ID] = e.At
			tokens++
			end = e.At
			if e.Last {
				if requests++; requests <= n*(turns-1) {
					submit(e.At)
				}
			}
		}
	}
	return firsts / time.Duration(requests), gaps / time.Duration(tokens-requests), float64(tokens) / end.Seconds()
}

// The defaults are those of a small model on a good GPU, and more load is slower for each and faster for all, up to
// a point.
func TestSmallProfileIsBelievable(t *testing.T) {
	within := func(what string, got, low, high time.Duration) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s: %v, want %v to %v", what, got, low, high)
		}
	}
	ttft, itl, rate := closedLoop(t, Small(), 1)
	within("TTFT alone", ttft, 15*ms, 50*ms)
	within("ITL alone", itl, 3*ms, 6*ms)
	_, busy, busyRate := closedLoop(t, Small(), 128)
	within("ITL of 128", busy, 10*ms, 15*ms)
	if busyRate < 20*rate {
		t.Errorf("128 in flight: %.0f tokens/s, one: %.0f", busyRate, rate)
	}
	_, _, full := closedLoop(t, Small(), 256)
	waiting, _, over := closedLoop(t, Small(), 1024)
	if over > 1.15*full || over < full {
		t.Errorf("saturated at %.0f tokens/s, but %.0f with four times the load", full, over)
	}
	within("TTFT in a queue", waiting, time.Second, time.Minute)
}

func BenchmarkSimulate(b *testing.B) {
	arrivals := randomLoad(1, 256)
	for b.Loop() {
		Simulate(Small(), arrivals)
	}
}
