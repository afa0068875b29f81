package main

import (
	"os"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/workload"
)

// trace reads the file of --trace into the benchmark.
func (r *runCmd) trace(p *plan) error {
	speed := float64(r.Load.TraceSpeed)
	switch {
	case r.Load.Trace == "" && speed != 0:
		return faulty("--trace-speed: is of the file of --trace, and there is none")
	case r.Load.Trace == "":
		return nil
	case speed == 0:
		speed = 1
	}
	f, err := os.Open(r.Load.Trace)
	if err != nil {
		return faulty("--trace: %v", err)
	}
	defer f.Close()
	seed := uint64(1)
	if p.benchmark.Seed != nil {
		seed = *p.benchmark.Seed
	}
	all, err := workload.ReadTrace(f, seed)
	if err != nil {
		return faulty("--trace: %s: %v", r.Load.Trace, err)
	}
	for _, a := range all {
		p.benchmark.Trace = append(p.benchmark.Trace, splleed.TraceRequest{AtS: a.At / speed, Prompt: a.Text, MaxTokens: a.MaxTokens})
	}
	return nil
}
