package workload

import (
	"math"
	"slices"
	"testing"
)

// Of 10,000 requests a class of weight 3 beside one of weight 1 gets 7,500, give or take four standard errors (43 each);
// its items come in order.
func TestMix(t *testing.T) {
	items := []Item{{Text: "a", Class: "chat"}, {Text: "b", Class: "chat"}, {Text: "long", Class: "batch", MaxTokens: 9}}
	m := NewMix(items, []Part{{2, 3}, {1, 1}}, 10_000, false, 1)
	chat := 0
	for i := range 10_000 {
		p := m.Measured(i)
		if items[p.Index] != p.Item {
			t.Fatalf("item %d is %+v, dealt as %+v", p.Index, items[p.Index], p.Item)
		}
		if p.Class == "chat" {
			if want := items[chat%2].Text; p.Text != want {
				t.Fatalf("request %d of its class is %q, want %q", chat, p.Text, want)
			}
			chat++
		}
	}
	if math.Abs(float64(chat)-7500) > 174 {
		t.Errorf("%d of 10,000 of the class with 3/4 of the weight", chat)
	}
	again := NewMix(items, []Part{{2, 3}, {1, 1}}, 10_000, false, 1)
	for i := range 100 {
		if a, b := m.class(i), again.class(i); a != b {
			t.Fatalf("place %d has class %d and then %d", i, a, b)
		}
	}
}

// How many unmeasured requests come between depends on time, and must not change what measured ones send. All are of
// different prompts while those last: of 60 a class, 40 measured and 6 unmeasured requests.
func TestMixIsFixedByItsSeed(t *testing.T) {
	var items []Item
	for i := range 120 {
		items = append(items, Item{Text: string(rune('a' + i)), Class: string(rune('A' + i/60))})
	}
	deal := func(between int) (measured []int) {
		m := NewMix(items, []Part{{60, 3}, {60, 1}}, 40, false, 1)
		for i := range 40 {
			if i < between {
				if p := m.Unmeasured(); p.Reused {
					t.Errorf("unmeasured request %d is sent %q, as another before it", i, p.Text)
				}
			}
			p := m.Measured(i)
			if p.Reused {
				t.Errorf("measured request %d is sent %q, as another before it", i, p.Text)
			}
			measured = append(measured, p.Index)
		}
		return measured
	}
	if some, none := deal(6), deal(0); !slices.Equal(some, none) {
		t.Errorf("with unmeasured requests between:\n%v\nwithout:\n%v", some, none)
	}
}
