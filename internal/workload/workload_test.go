package workload

import (
	"slices"
	"testing"
)

func TestSlicesAreDisjointWhilePromptsLast(t *testing.T) {
	s := NewSet(texts("a", "b", "c", "d", "e"), 3, false)
	var got []string
	got = append(got, s.Unmeasured().Text)
	for i := range 3 {
		got = append(got, s.Measured(i).Text)
	}
	got = append(got, s.Unmeasured().Text)
	if want := []string{"d", "a", "b", "c", "e"}; !slices.Equal(got, want) {
		t.Errorf("dealt %v, want %v", got, want)
	}
	if p := s.Unmeasured(); p.Text != "a" || !p.Reused {
		t.Errorf("after the last prompt came %+v, want a again, reused", p)
	}
}

func TestEqualTextsAreReuse(t *testing.T) {
	s := NewSet(texts("a", "a", "b"), 3, false)
	for i, want := range []bool{false, true, false} {
		if p := s.Measured(i); p.Reused != want {
			t.Errorf("prompt %d: reused = %v, want %v", i, p.Reused, want)
		}
	}
}

func TestCacheBust(t *testing.T) {
	s := NewSet(texts("a"), 2, true)
	p, q := s.Measured(0), s.Measured(1)
	if p.Text == q.Text || p.Reused || q.Reused {
		t.Errorf("busted prompts %+v and %+v: want different texts, neither reused", p, q)
	}
}

func TestHash(t *testing.T) {
	hash := func(prompts ...string) string { return NewSet(texts(prompts...), 0, false).Hash() }
	if hash("ab", "c") == hash("a", "bc") {
		t.Error("prompts that join to the same text have the same hash")
	}
	if one, again := hash("a", "b"), hash("a", "b"); one != again {
		t.Error("the same prompts have two hashes")
	}
}

func texts(all ...string) (items []Item) {
	for _, text := range all {
		items = append(items, Item{Text: text})
	}
	return items
}
