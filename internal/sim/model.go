package sim

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// ErrTooLarge says that a request can never fit into the KV cache.
var ErrTooLarge = errors.New("sequence larger than the KV cache")

// Work is a request, as far as the engine sees it.
type Work struct {
	Prompt int // tokens
	Output int // tokens, at least 1
	// Prefix names the full blocks of the prompt, each by an identity that covers all text before it too: equal
	// identities share the prefix cache. Shorter (or nil) is allowed.
	Prefix []uint64
}

// EventKind says what happened to a request.
type EventKind int

// What happens to a request, in this order.
const (
	Admitted  EventKind = iota // it left the queue; Tokens is how many prompt tokens the prefix cache had
	Generated                  // Tokens more tokens are there
)

// Event is something that happened to a request.
type Event struct {
	At     time.Duration
	ID     int64
	Kind   EventKind
	Tokens int
	Last   bool // the request is complete
}

// Model is an engine with continuous batching: a queue in order of arrival, chunked prefill, one step at a time for all
// running sequences, a KV cache of bounded size with a prefix cache.
//
// It has no clock and does no I/O. Whoever plays it, in virtual time or in real time, says how far time has come:
//
//	m.Submit(at, work)      // all arrivals up to a time ...
//	events := m.Advance(to) // ... before time goes there
//	at, ok := m.Next()      // when to look again
//
// Times count from the model's start and never go back. A Model is not safe for concurrent use.
type Model struct {
	p       Profile
	rng     *rand.Rand
	kv      *kv
	now     time.Duration
	lastID  int64
	waiting []*sequence // in order of arrival
	running []*sequence // in order of admission
	step    []scheduled // what the step under way computes; empty when the engine is idle
	stepEnd time.Duration
	events  []Event
}

// sequence is a request in the engine.
type sequence struct {
	Work
	id        int64
	ready     time.Duration // when it is in the queue
	computed  int           // prompt tokens, those from the cache included
	generated int
	held      holding
}

// scheduled is a sequence's part in a step.
type scheduled struct {
	seq     *sequence // nil: cancelled since
	tokens  int
	prefill bool // of the prompt; else generated
}

// NewModel returns an idle engine at time zero.
func NewModel(p Profile) *Model {
	p = p.orDefault()
	return &Model{p: p, rng: rand.New(rand.NewPCG(p.Seed, 1)), kv: newKV(p.Blocks)}
}

// Submit hands in a request that arrives at the given time, which must not lie before an earlier arrival or before the
// time that the model has come to. IDs count from 1. The error is ErrTooLarge or bad lengths.
func (m *Model) Submit(at time.Duration, w Work) (id int64, err error) {
	switch {
	case at < m.now:
		return 0, fmt.Errorf("arrival at %v, but it is %v", at, m.now)
	case w.Prompt < 1 || w.Output < 1:
		return 0, fmt.Errorf("prompt of %d and output of %d tokens: both must be at least 1", w.Prompt, w.Output)
	case m.blocks(w) > m.p.Blocks:
		return 0, fmt.Errorf("%d tokens in %d blocks of %d: %w", w.Prompt+w.Output, m.p.Blocks, m.p.BlockSize, ErrTooLarge)
	}
	if n := len(m.waiting); n > 0 && at+m.p.Setup < m.waiting[n-1].ready {
		return 0, fmt.Errorf("arrival at %v, before an earlier one", at)
	}
	m.lastID++
	if m.p.NoPrefixCache {
		w.Prefix = nil
	}
	w.Prefix = w.Prefix[:min(len(w.Prefix), w.Prompt/m.p.BlockSize)]
	m.waiting = append(m.waiting, &sequence{Work: w, id: m.lastID, ready: at + m.p.Setup})
	return m.lastID, nil
}

func (m *Model) blocks(w Work) int { return (w.Prompt + w.Output + m.p.BlockSize - 1) / m.p.BlockSize }

// Cancel drops a request. A step under way still takes its time.
func (m *Model) Cancel(id int64) {
	is := func(s *sequence) bool { return s.id == id }
	m.waiting = slices.DeleteFunc(m.waiting, is)
	i := slices.IndexFunc(m.running, is)
	if i < 0 {
		return
	}
	cancelled := m.running[i]
	m.kv.release(cancelled.held)
	m.running = slices.Delete(m.running, i, i+1)
	for i := range m.step {
		if m.step[i].seq == cancelled {
			m.step[i].seq = nil
		}
	}
}

// Running is the number of admitted sequences, Waiting that of the queue.
func (m *Model) Running() int { return len(m.running) }

// Waiting is the number of requests that are not admitted yet.
func (m *Model) Waiting() int { return len(m.waiting) }

// BlocksUsed is the number of KV blocks that sequences hold.
func (m *Model) BlocksUsed() int { return m.kv.used() }

// Next is the time of the next change: the end of the step under way, or the next request ready for an idle engine.
func (m *Model) Next() (at time.Duration, ok bool) {
	switch {
	case len(m.step) > 0:
		return m.stepEnd, true
	case len(m.waiting) > 0:
		return max(m.now, m.waiting[0].ready), true
	}
	return 0, false
}

// Advance lets time go on to the given moment and returns what happened, in order of time. The slice is valid until the
// next call.
func (m *Model) Advance(to time.Duration) []Event {
	m.events = m.events[:0]
	for {
		at, ok := m.Next()
		if !ok || at > to {
			break
		}
		m.now = at
		m.endStep()
		m.beginStep()
	}
	m.now = max(m.now, to)
	return m.events
}

// endStep books what the step under way has computed.
func (m *Model) endStep() {
	for _, part := range m.step {
		if s := part.seq; s != nil {
			m.progress(s, part)
		}
	}
	m.step = m.step[:0]
	m.running = slices.DeleteFunc(m.running, func(s *sequence) bool { return s.generated == s.Output })
}

func (m *Model) progress(s *sequence, part scheduled) {
	tokens := part.tokens
	if part.prefill {
		if s.computed += tokens; s.computed < s.Prompt {
			return
		}
		m.kv.publish(&s.held, s.Prefix)
		tokens = 1 // the end of prefill yields the first token
	}
	s.generated += tokens
	last := s.generated == s.Output
	if last {
		m.kv.release(s.held)
	}
	m.events = append(m.events, Event{At: m.now, ID: s.id, Kind: Generated, Tokens: tokens, Last: last})
}

// beginStep fills a step: running sequences first, in order of admission, then the queue, in order of arrival, as far
// as the budget, the sequences and the blocks go. Nobody overtakes the head of the queue.
func (m *Model) beginStep() {
	budget := m.p.StepBudget
	for _, s := range m.running {
		budget -= m.schedule(s, budget)
	}
	for budget > 0 && m.admit() {
		budget -= m.schedule(m.running[len(m.running)-1], budget)
	}
	if len(m.step) > 0 {
		m.stepEnd = m.now + m.cost()
	}
}

// schedule gives a sequence its part of the step's budget, and returns how many tokens that is.
func (m *Model) schedule(s *sequence, budget int) int {
	prefill := s.computed < s.Prompt
	n := s.Prompt - s.computed
	if !prefill {
		n = min(m.p.TokensPerStep, s.Output-s.generated)
	}
	if n = min(n, budget); n > 0 {
		m.step = append(m.step, scheduled{s, n, prefill})
	}
	return n
}

// admit moves the head of the queue to the running sequences, if it is ready and fits.
func (m *Model) admit() bool {
	if len(m.waiting) == 0 || len(m.running) >= m.p.MaxSeqs || m.waiting[0].ready > m.now {
		return false
	}
	s := m.waiting[0]
	usable := min(len(s.Prefix), (s.Prompt-1)/m.p.BlockSize) // at least one prompt token is always computed
	held, ok := m.kv.acquire(s.Prefix[:usable], m.blocks(s.Work))
	if !ok {
		return false
	}
	s.held = held
	s.computed = len(held.shared) * m.p.BlockSize
	m.waiting[0] = nil
	m.waiting = m.waiting[1:]
	m.running = append(m.running, s)
	m.events = append(m.events, Event{At: m.now, ID: s.id, Kind: Admitted, Tokens: s.computed})
	return true
}

// cost is how long the step takes.
func (m *Model) cost() time.Duration {
	var prefill, decoding, context int
	for _, part := range m.step {
		if part.prefill {
			prefill += part.tokens
			continue
		}
		decoding++
		context += part.seq.Prompt + part.seq.generated
	}
	cost := m.p.stepCost(prefill, decoding, context)
	if sigma := m.p.Jitter; sigma > 0 {
		cost = time.Duration(float64(cost) * math.Exp(sigma*m.rng.NormFloat64()-sigma*sigma/2))
	}
	return max(cost, 1)
}
