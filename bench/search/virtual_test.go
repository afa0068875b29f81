package main

import (
	"math"
	"testing"
	"time"
)

// A short form of what the command shows: searches end near the edge that a long run of the model tells, and take less of
// its time than a sweep. Seeds are fixed; the long form has narrower limits.
func TestSearchFindsTheEdge(t *testing.T) {
	g := goal{150 * time.Millisecond, 12 * time.Millisecond}
	edge := truth(g, 50_000)
	var took, linear time.Duration
	for seed := range uint64(3) {
		f := find(g, seed)
		if off := f.Load/edge - 1; math.Abs(off) > 0.1 {
			t.Errorf("seed %d: %.1f req/s, %.0f %% off the truth of %.1f", seed, f.Load, 100*off, edge)
		}
		took, linear = took+f.took, linear+sweep(g, edge, seed, f.mean())
	}
	if took > linear/2 {
		t.Errorf("searches took %v of simulated time, a sweep %v: want less than half", took, linear)
	}
}
