package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"sync"
)

// Item is one thing to send.
type Item struct {
	Text      string
	MaxTokens int    // tokens to generate at most; 0 means the run's
	Model     string // or adapter that requests name; "" means the run's
	Class     string // the part of a mix that it belongs to; "" without one
}

// Part is one class of a mix: consecutive items, and how often one of them comes.
type Part struct {
	Count  int
	Weight float64
}

// Mix deals the items of several classes, each class as often as its weight says, and within a class in order. Which
// class a place gets depends on the seed and the place alone; what measured requests get, on their order, too.
type Mix struct {
	seed   uint64
	parts  []Part
	sets   []*Set
	first  []int // index of each class's first item
	hash   string
	weight float64 // of all parts

	mu       sync.Mutex
	next     int   // the next unmeasured place
	measured []int // requests of each class so far
}

// NewMix deals items that belong to the parts one after the other.
func NewMix(items []Item, parts []Part, measured int, cacheBust bool, seed uint64) *Mix {
	m := &Mix{seed: seed, parts: parts, next: measured, measured: make([]int, len(parts))}
	for _, p := range parts {
		m.weight += p.Weight
	}
	all := sha256.New()
	begin := 0
	for i, count := range m.counts(measured) {
		set := NewSet(items[begin:begin+parts[i].Count], count, cacheBust)
		all.Write([]byte(set.Hash()))
		m.sets, m.first = append(m.sets, set), append(m.first, begin)
		begin += parts[i].Count
	}
	m.hash = hex.EncodeToString(all.Sum(nil)[:16])
	return m
}

// Measured deals the prompt of measured request i of the run, counted over all levels and trials.
func (m *Mix) Measured(i int) Prompt {
	class := m.class(i)
	m.mu.Lock()
	place := m.measured[class]
	m.measured[class]++
	m.mu.Unlock()
	return m.of(class, m.sets[class].Measured(place))
}

func (m *Mix) of(class int, p Prompt) Prompt {
	p.Index += m.first[class]
	return p
}

// Unmeasured deals the prompt of the next warm-up or filler request.
func (m *Mix) Unmeasured() Prompt {
	m.mu.Lock()
	place := m.next
	m.next++
	m.mu.Unlock()
	class := m.class(place)
	return m.of(class, m.sets[class].Unmeasured())
}

// Hash identifies the items and their order.
func (m *Mix) Hash() string { return m.hash }

// mostCounted is how many places are looked at: a tenth of a second's worth. No prompts last longer.
const mostCounted = 1 << 20

// counts is how many of the measured places each class has, or, where they are too many, may have.
func (m *Mix) counts(measured int) []int {
	counts := make([]int, len(m.parts))
	if measured > mostCounted {
		for i := range counts {
			counts[i] = measured
		}
		return counts
	}
	for place := range measured {
		counts[m.class(place)]++
	}
	return counts
}

func (m *Mix) class(place int) int {
	at := rand.New(rand.NewPCG(m.seed, uint64(place))).Float64() * m.weight
	for i, p := range m.parts {
		if at < p.Weight {
			return i
		}
		at -= p.Weight
	}
	return len(m.parts) - 1
}
