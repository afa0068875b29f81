package splleed

import (
	"slices"
	"testing"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/search"
)

// A search hands on what any of its probes warned of, once.
func TestSearchKeepsTheWarningsOfAllProbes(t *testing.T) {
	probe := func(warnings ...string) *Results {
		return &Results{result.Run{Warnings: warnings, Results: []result.Level{{}}}}
	}
	s := &searching{runs: []*Results{probe("a clock was set"), probe(), probe("no metrics", "a clock was set")}, warnings: []string{"stopping the server: gone"}}
	out := s.results(search.Answer{}, nil, false)
	if want := []string{"a clock was set", "no metrics", "stopping the server: gone"}; !slices.Equal(out.Warnings, want) {
		t.Errorf("warnings %q, want %q", out.Warnings, want)
	}
}
