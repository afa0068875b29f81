// Package compare sets results against each other: what differs between two runs, by how much, and whether that is more
// than chance. It sees results only, never how they came about.
package compare

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// Differences lists what two runs do not have in common, apart from what they measured. Load is what makes their figures
// answers to different questions; Setup is what a comparison is usually about: the server, its configuration, the
// machines.
func Differences(a, b *result.Run) (load, setup []result.Difference) {
	of := func(to *[]result.Difference, what string, a, b any) {
		if x, y := word(a), word(b); x != y {
			*to = append(*to, result.Difference{What: what, A: x, B: y})
		}
	}
	of(&load, "workload_hash", a.Identity.WorkloadHash, b.Identity.WorkloadHash)
	of(&load, "prompt_count", a.Identity.PromptCount, b.Identity.PromptCount)
	of(&setup, "engine", a.Engine, b.Engine)
	of(&setup, "model", a.Model, b.Model)
	of(&setup, "gpu", a.GPU, b.GPU)
	of(&setup, "splleed_version", a.Identity.SplleedVersion, b.Identity.SplleedVersion)
	ours, theirs := flatten(a.Config), flatten(b.Config)
	keys := maps.Clone(ours)
	maps.Copy(keys, theirs)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		switch part, _, _ := strings.Cut(key, "."); {
		case slices.Contains(immaterial, part):
		case part == "backend" || part == "transport" || part == "timeouts":
			of(&setup, key, ours[key], theirs[key])
		default:
			of(&load, key, ours[key], theirs[key])
		}
	}
	of(&setup, "engine.version", a.Environment.Engine.ReportedVersion(), b.Environment.Engine.ReportedVersion())
	sa, sb := a.Environment.System, b.Environment.System
	of(&setup, "system.hostname", sa.Hostname, sb.Hostname)
	of(&setup, "system.platform", sa.Platform, sb.Platform)
	of(&setup, "system.cpu_model", sa.CPUModel, sb.CPUModel)
	of(&setup, "system.cpu_count", sa.CPUCount, sb.CPUCount)
	return load, setup
}

// immaterial are parts of a configuration that change nothing that is sent: how long a run goes on, what else is looked at,
// what becomes of its results.
var immaterial = []string{
	"output_file", "save_prompts", "prompts", "trials", "precision", "max_trials", "max_duration_s", "restart_between_trials",
	"confidence_level", "early_stopping", "max_error_rate", "goals", "fail_on", "strict", "certify",
	"server_metrics", "server_metrics_every_s", "gpu_metrics",
}

// flatten names every value of a configuration by its path.
func flatten(config json.RawMessage) map[string]any {
	flat := map[string]any{}
	var fields map[string]any
	if json.Unmarshal(config, &fields) != nil {
		return flat
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if inner, ok := v.(map[string]any); ok {
			for key, v := range inner {
				walk(strings.TrimPrefix(path+"."+key, "."), v)
			}
			return
		}
		flat[path] = v
	}
	walk("", fields)
	return flat
}

// word is a value as people read it; "" for none.
func word(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case *string:
		if v == nil {
			return ""
		}
		return *v
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
