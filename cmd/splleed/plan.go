package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/configfile"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/workload"
)

// plan is what a command line and a file ask for.
type plan struct {
	benchmark splleed.Benchmark
	outputs   []string // files to save the results in
	notes     []string // what the user should know before it starts
	file      *configfile.File
	overlay   *overlay
}

// plan puts file and flags together and checks everything, so that nothing starts that cannot end well. Its error is
// about bad input.
func (r *runCmd) plan(c console) (*plan, error) {
	p := &plan{overlay: newOverlay(), notes: notes(r.Foreign)}
	if r.File != "" {
		file, err := readConfig(c, r.File)
		if err != nil {
			return nil, err
		}
		p.file, p.overlay.config = file, file.Config
		p.notes = append(p.notes, file.Warnings...)
	}
	server := r.lay(p.overlay)
	if err := errors.Join(p.decode(), server); err != nil {
		return nil, err
	}
	if err := r.trace(p); err != nil {
		return nil, err
	}
	if err := r.prompts(p); err != nil {
		return nil, err
	}
	if err := r.Load.LoRA.mix(&p.benchmark); err != nil {
		return nil, err
	}
	if err := r.outputs(p); err != nil {
		return nil, err
	}
	return p, p.explain(p.benchmark.Validate())
}

// readConfig reads a configuration file; "-" is standard input.
func readConfig(c console, path string) (*configfile.File, error) {
	if path == "-" {
		data, err := io.ReadAll(c.in)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return configfile.Parse("<stdin>", data)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, faulty("%v", err)
	}
	if is := kindOf(data); is != other && is != empty {
		return nil, faulty("%s: %s", path, is)
	}
	return configfile.Parse(path, data)
}

// decode makes the benchmark of the configuration.
func (p *plan) decode() error {
	if err := p.explain(infinite("", p.overlay.config).Err()); err != nil {
		return err
	}
	data, err := json.Marshal(p.overlay.config)
	if err != nil {
		return faulty("%v", err)
	}
	return p.explain(json.Unmarshal(data, &p.benchmark))
}

// infinite finds the numbers that YAML and flags have, and JSON has not.
func infinite(path string, v any) (bad invalid.Fields) {
	switch v := v.(type) {
	case float64:
		bad.Check(!math.IsInf(v, 0) && !math.IsNaN(v), path, "is %g: want a finite number", v)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			bad = append(bad, infinite(strings.TrimPrefix(path+"."+key, "."), v[key])...)
		}
	case []any:
		for i, item := range v {
			bad = append(bad, infinite(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	}
	return bad
}

// explain says of each bad field which flag or which line of the file it came from.
func (p *plan) explain(err error) error {
	fields, ok := invalid.In(err)
	if !ok {
		return err
	}
	var placed invalid.Fields
	for _, f := range fields {
		flag := p.overlay.flagOf(f.Path)
		if flag == "" && p.file == nil {
			flag = p.overlay.wouldSet(f.Path)
		}
		switch {
		case flag != "":
			placed.Add("", "splleed: %s: %s", flag, f.Message)
		case p.file != nil:
			placed.Add("", "%s", p.file.Place(f))
		default:
			placed.Add("", "splleed: %s", f)
		}
	}
	return placed.Err()
}

// faulty is an error about bad input.
func faulty(format string, args ...any) error {
	return invalid.Fields{{Message: "splleed: " + fmt.Sprintf(format, args...)}}.Err()
}

// prompts fills in the prompts, unless the configuration lists them.
func (r *runCmd) prompts(p *plan) error {
	b, flags := &p.benchmark, r.Prompts
	words := int(flags.InputLen)
	source := &workload.Source{Path: flags.PromptsFile, MinWords: words, MaxWords: words}
	switch given := flags.PromptsFile != "" || words != 0; {
	case words > workload.MostWords:
		return faulty("--input-len: is %d: want 1 to 1,000,000", words)
	case given && len(flags.Prompt) > 0 || flags.PromptsFile != "" && words != 0:
		return faulty("--prompt, --prompts-file and --input-len exclude each other")
	case !given && len(b.Prompts)+len(b.Mix)+len(b.Trace) > 0:
		return nil
	case !given && p.file != nil && p.file.Prompts != nil:
		source = p.file.Prompts
	}
	if source.Path == "" && source.Count == 0 {
		p.generate(source, r.manyLevels)
	}
	seed := uint64(1)
	if b.Seed != nil {
		seed = *b.Seed
	}
	var err error
	b.Prompts, err = source.Prompts(seed)
	switch {
	case err == nil:
		return nil
	case flags.PromptsFile == "":
		return p.explain(invalid.Fields{{Path: "prompts_file", Message: err.Error()}}.Err())
	}
	return faulty("%v", err)
}

// generate sets how many prompts to generate: one for every request. They would otherwise set the default of runs, too,
// which is then the same for all levels.
func (p *plan) generate(s *workload.Source, manyLevels bool) {
	const words, warmup, least, timed = 128, 8, 10, 8192
	if s.MaxWords == 0 {
		s.MinWords, s.MaxWords = words, words
	}
	b := &p.benchmark
	slots := 1
	for _, n := range b.Concurrency {
		slots = max(slots, n)
	}
	if manyLevels || b.Runs == 0 && (b.DurationS > 0 || b.Shape != "") {
		s.Count = timed // nobody knows how many requests there will be
		return
	}
	if b.Runs == 0 {
		b.Runs = max(least, 2*slots)
	}
	levels := max(1, len(b.Concurrency)) * max(1, len(b.ArrivalRate)) * max(1, b.Trials)
	unmeasured := warmup + 4*slots
	if b.Warmup != nil {
		unmeasured += *b.Warmup * slots
	}
	s.Count = levels * (b.Runs + unmeasured)
}
