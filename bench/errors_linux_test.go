package main

import "testing"

// A request whose tokens were lost or made up is in no figure, so it must be counted.
func TestLostTokensAreCounted(t *testing.T) {
	check := func(want int, tokens ...int) {
		t.Helper()
		h := heard{ID: 1}
		for i, n := range tokens {
			h.Arrivals = append(h.Arrivals, arrival{At: int64(i), Tokens: n})
		}
		e := compare(job{Events: 3}, truth{Requests: []served{{ID: 1, Sent: []int64{1, 2, 3}}}}, outcome{Requests: []heard{h}})
		if e.uncountable != want {
			t.Errorf("%v for 3: %d uncountable, want %d", tokens, e.uncountable, want)
		}
	}
	check(0, 1, 2)
	check(1, 1, 1)
	check(1, 2, 2)
	check(1)
}
