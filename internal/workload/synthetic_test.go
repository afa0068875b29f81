package workload

import (
	"strings"
	"testing"
)

func TestSyntheticLength(t *testing.T) {
	words := func(s string) int { return len(strings.Fields(s)) }
	letters := func(s string) int { return len(s) }
	withStart := func(s string) int { return 1 + words(s) } // a tokenizer that adds a token of its own
	pieces := func(s string) int {                          // words of more than four letters are two tokens
		n := 0
		for _, w := range strings.Fields(s) {
			n += 1 + min(1, len(w)/5)
		}
		return n
	}
	check := func(name string, count func(string) int, lengths ...int) {
		t.Helper()
		s := NewSynthetic(count, 7)
		measure := count
		if count == nil {
			measure = words
		}
		for _, n := range lengths {
			p, err := s.Prompt(n)
			if err != nil || measure(p) != n {
				t.Errorf("%s: asked for %d, got %d: %q, %v", name, n, measure(p), p, err)
			}
		}
	}
	check("words", nil, 1, 2, 128, 5000)
	check("counted words", words, 1, 2, 128)
	check("letters", letters, 4, 100, 1001)
	check("with a start token", withStart, 2, 50)
	check("pieces", pieces, 1, 2, 3, 64, 1025)
}

func TestSyntheticRefusesTheImpossible(t *testing.T) {
	even := func(s string) int { return 2 * len(strings.Fields(s)) }
	if p, err := NewSynthetic(even, 1).Prompt(5); err == nil {
		t.Errorf("5 tokens of words of 2: %q", p)
	}
}

func TestSyntheticIsDiverseAndRepeatable(t *testing.T) {
	a, b, other := NewSynthetic(nil, 1), NewSynthetic(nil, 1), NewSynthetic(nil, 2)
	seen := map[string]bool{}
	for range 1000 {
		p, _ := a.Prompt(16)
		q, _ := b.Prompt(16)
		r, _ := other.Prompt(16)
		if p != q {
			t.Fatal("equal seeds made different prompts")
		}
		if p == r || seen[p] {
			t.Fatalf("%q came twice", p)
		}
		seen[p] = true
	}
	if p, _ := NewSynthetic(nil, 42).Prompt(4); p != golden {
		t.Errorf("seed 42 begins with %q, and no longer with %q: prompts of old results cannot be made again", p, golden)
	}
}

const golden = "game high bell away"
