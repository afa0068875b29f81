package main

import (
	"context"

	"github.com/splleed/splleed"
)

type sweepCmd struct {
	runCmd `embed:""`

	From   positive `group:"load" help:"The lowest load (default 1)." placeholder:"X"`
	To     positive `group:"load" help:"The highest load (default 64)." placeholder:"X"`
	Points count    `group:"load" help:"Loads in all, equal factors apart (default 7)." placeholder:"N"`
}

// Help ends the list of flags.
func (*sweepCmd) Help() string {
	return `Over concurrencies, unless --mode serve says over arrival rates. The knee is the load where throughput
over latency is largest; with --trials it has an interval. See docs/search.md.`
}

// Run measures a grid of loads.
func (s *sweepCmd) Run(ctx context.Context, c console) error {
	s.manyLevels = true
	s.further = map[string]string{"lowest": "--from", "highest": "--to", "points": "--points"}
	return s.measure(ctx, c, func(b splleed.Benchmark) (*splleed.Results, error) {
		return splleed.Sweep{Benchmark: b, Lowest: float64(s.From), Highest: float64(s.To), Points: int(s.Points)}.Run(ctx)
	})
}
