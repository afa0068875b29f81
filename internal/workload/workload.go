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
	items     []Item
	canonical []int // index of the first prompt with the same text
	bust      bool

	mu   sync.Mutex
	next int // the next unmeasured place
	sent map[int]bool
}

// NewSet deals items to a run with the given number of measured requests over all levels and trials. With cacheBust
// every prompt begins with a nonce of its own.
func NewSet(items []Item, measured int, cacheBust bool) *Set {
	s := &Set{items: items, bust: cacheBust, next: measured, sent: map[int]bool{}}
	first := map[string]int{}
	for i, item := range items {
		if _, seen := first[item.Text]; !seen {
			first[item.Text] = i
		}
		s.canonical = append(s.canonical, first[item.Text])
	}
	return s
}

// Prompt is what one request sends.
type Prompt struct {
	Index int // among the run's items
	Item
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
	i := place % len(s.items)
	item := s.items[i]
	if s.bust {
		item.Text = fmt.Sprintf("[%08x] %s", place, item.Text)
		return Prompt{Index: i, Item: item, Altered: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reused := s.sent[s.canonical[i]]
	s.sent[s.canonical[i]] = true
	return Prompt{Index: i, Item: item, Reused: reused}
}

// Hash identifies the prompts and their order.
func (s *Set) Hash() string {
	h := sha256.New()
	for _, item := range s.items {
		fmt.Fprintf(h, "%d\n%s", len(item.Text), item.Text)
		if item.MaxTokens > 0 {
			fmt.Fprintf(h, "\n%d", item.MaxTokens)
		}
		if item.Model != "" {
			fmt.Fprintf(h, "\n%q", item.Model)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
