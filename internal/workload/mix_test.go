package workload

import (
	"math"
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
