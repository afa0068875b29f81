package splleed

import (
	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/result"
)

// environment is where the run took place, and its GPUs in a line.
func (r *run) environment() (result.Environment, *string) {
	env := result.Environment{System: environ.System(), Client: &r.client, SplleedVersion: Version()}
	env.System.PythonVersion = known(r.b.Python)
	env.Engine = &result.EngineInfo{
		Name: r.b.Backend.Engine(), Version: known(r.server.Version), Managed: r.server.Managed, URL: r.server.URL, ProbeTokens: r.server.Probe,
		Command: r.server.Command, Reports: r.server.Reports,
	}
	env.Model = &result.ModelInfo{Name: or(r.server.Model, "unknown"), Revision: known(r.server.Revision)}
	env.GPUs = append([]result.GPU{}, r.gpus...)
	return env, environ.Summary(env.GPUs)
}

// identity says which program measured what.
func (r *run) identity() result.Identity {
	id := result.Identity{
		SplleedVersion: Version(), WorkloadHash: r.prompts.Hash(), PromptCount: len(r.items), Seed: *r.b.Seed,
		BinaryHash: environ.BinaryHash(), ModelRevision: known(r.server.Revision), ServerStarts: []string{},
	}
	for _, t := range r.trials {
		if starts := id.ServerStarts; t.serverStart != "" && (len(starts) == 0 || starts[len(starts)-1] != t.serverStart) {
			id.ServerStarts = append(starts, t.serverStart)
		}
	}
	return id
}

// known is nil for nothing.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
