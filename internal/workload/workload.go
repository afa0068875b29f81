// Package workload is what is sent: prompts, and which request gets which. Deterministic from the run's plan.
package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// Set is the prompts of a run, dealt so that warm-up, levels and trials take disjoint slices while prompts last, and
// then cycle. Measured requests take fixed places; the unmeasured ones, whose number depends on time, come after them.
type Set struct {
	prompts   []string
	canonical []int // index of the first prompt with the same text
	measured  int   // measured requests of the whole run
	bust      bool

	mu   sync.Mutex
	next int // the next unmeasured place
	sent map[int]bool
}

// NewSet deals prompts to a run with the given number of measured requests over all levels and trials. With cacheBust
// every prompt begins with a nonce of its own.
func NewSet(prompts []string, measured int, cacheBust bool) *Set {
	s := &Set{prompts: prompts, measured: measured, bust: cacheBust, next: measured, sent: map[int]bool{}}
	first := map[string]int{}
	for i, p := range prompts {
		if _, seen := first[p]; !seen {
			first[p] = i
		}
		s.canonical = append(s.canonical, first[p])
	}
	return s
}

// Prompt is what one request sends.
type Prompt struct {
	Index   int // in the user's list
	Text    string
	Altered bool // Text is not the user's own: it begins with a nonce
	Reused  bool // the same text was sent before in this run
}

// Measured deals the prompt of measured request i of the run, counted over all levels and trials.
func (s *Set) Measured(i int) Prompt { return s.deal(i) }

// Unmeasured deals the prompt of the next warm-up or filler request.
func (s *Set) Unmeasured() Prompt {
	s.mu.Lock()
	place := s.next
	s.next++
	s.mu.Unlock()
	return s.deal(place)
}

func (s *Set) deal(place int) Prompt {
	i := place % len(s.prompts)
	if s.bust {
		return Prompt{Index: i, Text: fmt.Sprintf("[%08x] %s", place, s.prompts[i]), Altered: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reused := s.sent[s.canonical[i]]
	s.sent[s.canonical[i]] = true
	return Prompt{Index: i, Text: s.prompts[i], Reused: reused}
}

// Hash identifies the prompts and their order.
func (s *Set) Hash() string {
	h := sha256.New()
	for _, p := range s.prompts {
		fmt.Fprintf(h, "%d\n%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
