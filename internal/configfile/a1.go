package configfile

import (
	"fmt"
	"maps"
	"slices"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/strictjson"
	"github.com/splleed/splleed/internal/workload"
)

// moves are the fields of 0.1.0a1 that have only a new place.
var moves = []struct{ before, now string }{
	{"benchmark.mode", "mode"},
	{"benchmark.concurrency", "concurrency"},
	{"benchmark.warmup", "warmup"},
	{"benchmark.runs", "runs"},
	{"benchmark.arrival.type", "arrival_pattern"},
	{"benchmark.arrival.rate", "arrival_rate"},
	{"benchmark.arrival.burstiness", "burstiness"},
	{"benchmark.slo", "slo"},
	{"output.path", "output_file"},
}

// sections are the top-level fields that only 0.1.0a1 had.
var sections = []string{"benchmark", "dataset", "output", "cloud"}

// convert turns a file of 0.1.0a1 into the present form, and leaves any other as it is.
func (f *File) convert() invalid.Fields {
	old := a1{File: f, left: map[string]any{}}
	for _, section := range sections {
		if content, ok := f.Config[section].(map[string]any); ok {
			old.left[section] = content
			delete(f.Config, section)
		}
	}
	if len(old.left) == 0 {
		return nil
	}
	f.warn("this is the form of 0.1.0a1; each field that is converted is named below")
	old.benchmark()
	old.dataset()
	old.output()
	old.cloud()
	old.unknown("", old.left)
	return old.bad
}

func (f *File) warn(format string, args ...any) {
	f.Warnings = append(f.Warnings, f.name+": "+fmt.Sprintf(format, args...))
}

// a1 is a conversion: what is left of the old sections, and what is wrong with them.
type a1 struct {
	*File
	left map[string]any
	bad  invalid.Fields
}

// take removes a field from what is left.
func (a *a1) take(path string) any {
	way := steps(path)
	at := a.left
	for _, step := range way[:len(way)-1] {
		at, _ = at[step].(map[string]any)
	}
	last := way[len(way)-1]
	value := at[last]
	delete(at, last)
	return value
}

func (a *a1) benchmark() {
	for _, m := range moves {
		value := a.take(m.before)
		if value == nil {
			continue
		}
		if _, twice := a.Config[m.now]; twice {
			a.bad.Add(m.before, "stands also as %s", m.now)
		}
		a.Config[m.now], a.moved[m.now] = value, m.before
		a.warn("%s is now %s", m.before, m.now)
	}
	if a.Config["mode"] == "startup" {
		a.bad.Add("mode", "the mode startup does not exist: it sent no request in 0.1.0a1 either")
	}
	a.unless("mode", "serve")
	if a.Config["mode"] == "throughput" {
		a.unless("concurrency", []any{1, 2, 4, 8})
	}
	a.unless("runs", 30)
	a.warn("runs counts the measured requests of each level; in throughput mode 0.1.0a1 sent ten times as many")
}

// unless sets what 0.1.0a1 took for a field that is missing.
func (a *a1) unless(name string, value any) {
	if _, set := a.Config[name]; !set {
		a.Config[name] = value
		a.warn("%s is not set: %v, as in 0.1.0a1", name, value)
	}
}

func (a *a1) dataset() {
	kind, path, prompts := a.take("dataset.type"), a.take("dataset.path"), a.take("dataset.prompts")
	samples, words, out := a.take("dataset.num_samples"), a.take("dataset.input_len_range"), a.take("dataset.output_len")
	limit, ok := integer(samples)
	a.bad.Check(samples == nil || ok && limit > 0, "dataset.num_samples", "want a number of prompts, 1 or more")
	if samples == nil {
		limit = 1000
	}
	switch kind {
	case nil, "inline":
		if prompts != nil {
			a.Config["prompts"], a.moved["prompts"] = prompts, "dataset.prompts"
			a.warn("dataset.prompts is now prompts")
		}
	case "jsonl", "sharegpt":
		file, ok := path.(string)
		a.bad.Check(ok, "dataset.path", "want the path of the file of prompts")
		a.Prompts = &workload.Source{Path: a.beside(file), Limit: limit}
		a.moved["prompts_file"] = "dataset.path"
		a.warn("dataset is now prompts_file; its first %d prompts are taken, in their order", limit)
	case "random":
		a.Prompts = a.random(words, limit)
	default:
		a.bad.Add("dataset.type", "unknown type %v; want inline, jsonl, random or sharegpt", kind)
	}
	if out != nil {
		a.outputLength(out)
	}
}

func (a *a1) random(words any, count int) *workload.Source {
	s := &workload.Source{Count: count, MinWords: 128, MaxWords: 128}
	if words != nil {
		ends, _ := words.([]any)
		low, high := 0, 0
		if len(ends) == 2 {
			low, _ = integer(ends[0])
			high, _ = integer(ends[1])
		}
		a.bad.Check(0 < low && low <= high && high <= workload.MostWords, "dataset.input_len_range", "want [least, most], in words, of which the most is 1,000,000")
		s.MinWords, s.MaxWords = low, max(low, high)
	}
	a.warn("dataset: %d prompts of %d to %d words at random; 0.1.0a1 counted characters", count, s.MinWords, s.MaxWords)
	return s
}

// outputLength makes output_len the max_tokens, unless that is set: 0.1.0a1 let output_len win without a word.
func (a *a1) outputLength(length any) {
	sampling, ok := a.Config["sampling"].(map[string]any)
	if !ok {
		sampling = map[string]any{}
		a.Config["sampling"] = sampling
	}
	if set := sampling["max_tokens"]; set != nil {
		a.warn("dataset.output_len is passed over: sampling.max_tokens is %v", set)
		return
	}
	sampling["max_tokens"], a.moved["sampling.max_tokens"] = length, "dataset.output_len"
	a.warn("dataset.output_len is now sampling.max_tokens")
}

func (a *a1) output() {
	format, raw := a.take("output.format"), a.take("output.include_raw")
	a.unless("output_file", "results.json")
	if format != nil {
		a.warn("output.format is passed over: the extension of output_file says it")
	}
	if raw == true {
		a.warn("output.include_raw is passed over: --records FILE writes every request")
	}
}

func (a *a1) cloud() {
	cloud, _ := a.left["cloud"].(map[string]any)
	if cloud == nil {
		return
	}
	a.bad.Check(cloud["enabled"] != true, "cloud.enabled", "splleed starts no machines in a cloud, nor did 0.1.0a1; name a server that runs there as backend.endpoint")
	delete(a.left, "cloud")
	a.warn("cloud is passed over")
}

// unknown reports what is left after all known fields were taken.
func (a *a1) unknown(path string, left map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(left)) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		if nested, ok := left[name].(map[string]any); ok && (path == "" || name == "arrival") {
			a.unknown(at, nested)
		} else {
			a.bad.Add(at, "unknown field%s", meant(name))
		}
	}
}

func meant(name string) string {
	known := []string{"type", "path", "prompts", "num_samples", "input_len_range", "output_len", "format", "include_raw", "rate", "arrival"}
	for _, m := range moves {
		way := steps(m.before)
		known = append(known, way[len(way)-1])
	}
	if near := strictjson.Nearest(name, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
