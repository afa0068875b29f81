package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/report"
)

type searchCmd struct {
	runCmd `embed:""`

	Start     positive `group:"load" help:"The load to try first (default 4)." placeholder:"X"`
	Max       positive `group:"load" help:"The highest load to try (default 10,000)." placeholder:"X"`
	Tolerance positive `group:"load" help:"How close to come, as a fraction (default 0.02)." placeholder:"X"`
}

// Help ends the list of flags.
func (*searchCmd) Help() string {
	return `Goals are those of --slo: percentiles of latencies in ms and the goodput, such as
--slo ttft_p99=500,tpot_p95=50 or --slo ttft=200,tpot=50,goodput=99%. Over concurrencies, unless
--mode serve says over arrival rates. --runs are the requests of a probe far from the edge (default
500); close to it there are up to six times as many. See docs/search.md. Exit codes are those of run; 4 is that no load that
was tried meets the goals.`
}

// Run searches the highest load that meets the goals.
func (s *searchCmd) Run(ctx context.Context, c console) error {
	s.manyLevels = true
	s.further = map[string]string{"start": "--start", "max": "--max", "tolerance": "--tolerance"}
	return s.measure(ctx, c, func(b splleed.Benchmark) (*splleed.Results, error) {
		search := splleed.Search{Benchmark: b, Goals: b.Goals, Start: float64(s.Start), Max: float64(s.Max), Tolerance: float64(s.Tolerance)}
		if b.Progress != nil {
			search.Told = func(p splleed.SearchProbe) { c.say("%s", probed(search.Goals, p)) }
		}
		results, err := search.Run(ctx)
		if err == nil && b.FailOn != splleed.FailOnNever {
			err = nothingMeets(results, search.Goals)
		}
		return results, err
	})
}

// nothingMeets is the error of a search that found no load.
func nothingMeets(r *splleed.Results, goals []string) error {
	if r.Search == nil || r.Search.Load != nil {
		return nil
	}
	return &splleed.GateError{Failed: []string{fmt.Sprintf("%s at every %s that was tried", strings.Join(goals, ", "), r.Search.Over)}}
}

// probed says what a probe found: "64 passes (120 requests; ttft_p99=500 missed by 0.2 %, 1 % allowed)".
func probed(goals []string, p splleed.SearchProbe) string {
	var parts []string
	for i, g := range goals {
		parts = append(parts, fmt.Sprintf("%s missed by %s %%, %s %% allowed", g, report.InPercent(p.Misses[i]), report.InPercent(p.Allowed[i])))
	}
	verdict := p.Verdict
	if p.Unstable {
		verdict += ", unstable"
	}
	if p.Confirms {
		verdict += ", confirming"
	}
	return fmt.Sprintf("%s %s (%d requests; %s)", report.Plain(p.Load, 4), verdict, p.Requests, strings.Join(parts, "; "))
}
