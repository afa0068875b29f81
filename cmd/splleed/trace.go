package main

import (
	"os"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/workload"
)

// trace reads the file of --trace into the benchmark.
func (r *runCmd) trace(p *plan) error {
	if r.Load.Trace == "" {
		return nil
	}
	speed := r.Load.TraceSpeed
	if !(speed > 0) {
		return faulty("--trace-speed: is %g: want more than 0", speed)
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
