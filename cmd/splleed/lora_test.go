package main

import (
	"slices"
	"testing"

	"github.com/splleed/splleed"
)

func TestAdapters(t *testing.T) {
	check := func(text string, want ...splleed.Part) {
		t.Helper()
		var got adapters
		err := got.UnmarshalText([]byte(text))
		same := slices.EqualFunc(got, want, func(a, b splleed.Part) bool {
			return a.Name == b.Name && a.Model == b.Name && a.Weight == b.Weight
		})
		if len(want) == 0 && err == nil || len(want) > 0 && (err != nil || !same) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	check("sql", splleed.Part{Name: "sql", Weight: 1})
	check("sql=3, org/chat:v2=0.5", splleed.Part{Name: "sql", Weight: 3}, splleed.Part{Name: "org/chat:v2", Weight: 0.5})
	for _, bad := range []string{"", "=1", "sql,", "sql=", "sql=x", "sql=0", "sql=-1", "sql=NaN", "sql=Inf", "sql=1e999"} {
		check(bad)
	}
}
