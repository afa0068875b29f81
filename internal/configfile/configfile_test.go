package configfile

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/invalid"
)

func parse(t *testing.T, in string) *File {
	t.Helper()
	f, err := Parse("dir/b.yaml", []byte(in))
	if err != nil {
		t.Fatalf("%s\n%v", in, err)
	}
	return f
}

func checkConfig(t *testing.T, f *File, want string) {
	t.Helper()
	got, err := json.Marshal(f.Config)
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestPresentForm(t *testing.T) {
	f := parse(t, `
# a comment
backend: {type: vllm, model: "m"}
prompts: [a, "b"]
concurrency: 4
sampling:
  temperature: 0.5
  stop: ["\n"]
trials: &n 3
runs: *n
`)
	checkConfig(t, f, `{"backend":{"model":"m","type":"vllm"},"concurrency":4,"prompts":["a","b"],"runs":3,"sampling":{"stop":["\n"],"temperature":0.5},"trials":3}`)
	if f.Prompts != nil || len(f.Warnings) != 0 {
		t.Errorf("source %v, warnings %v", f.Prompts, f.Warnings)
	}
}

func TestPromptSources(t *testing.T) {
	f := parse(t, "prompts_file: p.jsonl\nprompt_column: text\n")
	if f.Prompts == nil || f.Prompts.Path != "dir/p.jsonl" || f.Prompts.Column != "text" || len(f.Config) != 0 {
		t.Errorf("source %+v, config %v", f.Prompts, f.Config)
	}
	if f := parse(t, "input_len: 32\n"); f.Prompts.MinWords != 32 || f.Prompts.MaxWords != 32 {
		t.Errorf("source %+v", f.Prompts)
	}
	if f := parse(t, "prompts_file: /p.txt\n"); f.Prompts.Path != "/p.txt" {
		t.Errorf("source %+v", f.Prompts)
	}
}

func TestPlaces(t *testing.T) {
	f := parse(t, `backend:
  type: vllm
  api_key: hunter2
sampling:
    max_tokns: 20
concurrency:
  - 1
  - two
slo: {ttft_ms: 200, tpot: 5}
`)
	check := func(path, want string) {
		t.Helper()
		if got := f.Place(invalid.Field{Path: path, Message: "bad"}); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", path, got, want)
		}
	}
	check("sampling.max_tokns", "dir/b.yaml:5:5: sampling.max_tokns: bad\n  5 |     max_tokns: 20\n    |     ^")
	check("concurrency[1]", "dir/b.yaml:8:5: concurrency[1]: bad\n  8 |   - two\n    |     ^")
	check("slo.tpot", "dir/b.yaml:9:21: slo.tpot: bad\n  9 | slo: {ttft_ms: 200, tpot: 5}\n    |                     ^")
	check("backend.api_key", "dir/b.yaml:3:3: backend.api_key: bad\n  3 |   api_key: ***\n    |   ^")
	// What is missing is shown where it should be.
	check("backend.model", "dir/b.yaml:1:1: backend.model: bad\n  1 | backend:\n    | ^")
	check("concurrency[7]", "dir/b.yaml:6:1: concurrency[7]: bad\n  6 | concurrency:\n    | ^")
}

// A file of another kind may be one line of megabytes.
func TestLongLinesAreCut(t *testing.T) {
	f := parse(t, "prompts: ["+strings.Repeat("x", 1000)+", y]\nruns: 1\n")
	check := func(path string, before int) {
		t.Helper()
		lines := strings.Split(f.Place(invalid.Field{Path: path, Message: "bad"}), "\n")
		if n := len([]rune(lines[1])); n > 130 {
			t.Errorf("%s: a line of %d", path, n)
		}
		if got := strings.Index(lines[2], "^"); got != len("  1 | ")+before {
			t.Errorf("%s: the caret is at %d\n%s", path, got, strings.Join(lines, "\n"))
		}
	}
	check("prompts", 0)
	check("prompts[0]", 10)
	check("prompts[1]", 61)
}

func TestSyntaxErrors(t *testing.T) {
	check := func(in string, want ...string) {
		t.Helper()
		_, err := Parse("b.yaml", []byte(in))
		if _, ok := invalid.In(err); !ok {
			t.Fatalf("%q: %v", in, err)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %v\ndoes not say %q", in, err, w)
			}
		}
	}
	check("a: 1\nb: [1, 2\nc: 3\n", "b.yaml:", " | ")
	check("trials: 1\ntrials: 2\n", "b.yaml:2:1:", "2 | trials: 2", "^")
	check("- 1\n", "b.yaml:1:")
	check("", "b.yaml", "want one YAML document")
	check("# nothing\n", "want one YAML document")
	check("a: 1\n---\nb: 1\n", "want one YAML document with a benchmark, found 2")
	check("a: *x\n", "b.yaml:1:")
	check("prompts_file: [1]\n", "b.yaml:1:1: prompts_file: want a path")
	check("prompts: [a]\nprompts_file: x\n", "b.yaml:2:1: prompts_file: the prompts are given already")
	check("input_len: 0\n", "b.yaml:1:1: input_len: want a number of words")
	check("prompt_column: x\n", "b.yaml:1:1: prompt_column: want the name of a column in prompts_file")
}

const old = `backend:
  type: vllm
  model: m
dataset:
  type: random
  num_samples: 50
  input_len_range: [10, 20]
  output_len: 64
benchmark:
  mode: serve
  warmup: 1
  runs: 7
  arrival: {type: gamma, rate: 5, burstiness: 2}
  slo: {ttft_ms: 100}
sampling:
  temperature: 0
output:
  path: o.csv
  format: csv
`

func TestOldForm(t *testing.T) {
	f := parse(t, old)
	checkConfig(t, f, `{"arrival_pattern":"gamma","arrival_rate":5,"backend":{"model":"m","type":"vllm"},"burstiness":2,"mode":"serve",`+
		`"output_file":"o.csv","runs":7,"sampling":{"max_tokens":64,"temperature":0},"slo":{"ttft_ms":100},"warmup":1}`)
	if s := f.Prompts; s == nil || s.Count != 50 || s.MinWords != 10 || s.MaxWords != 20 {
		t.Errorf("source %+v", s)
	}
	for _, w := range []string{
		"dir/b.yaml: benchmark.mode is now mode",
		"dir/b.yaml: benchmark.arrival.rate is now arrival_rate",
		"dir/b.yaml: dataset.output_len is now sampling.max_tokens",
		"dir/b.yaml: output.format is passed over: the extension of output_file says it",
	} {
		if !slices.Contains(f.Warnings, w) {
			t.Errorf("no warning %q in %q", w, f.Warnings)
		}
	}
	// Faults are shown where the file has them.
	for path, want := range map[string]string{
		"arrival_rate":        "dir/b.yaml:13:26: benchmark.arrival.rate: bad",
		"slo.ttft_ms":         "dir/b.yaml:14:9: benchmark.slo.ttft_ms: bad",
		"sampling.max_tokens": "dir/b.yaml:8:3: dataset.output_len: bad",
		"backend.model":       "dir/b.yaml:3:3: backend.model: bad",
	} {
		if got := f.Place(invalid.Field{Path: path, Message: "bad"}); !strings.HasPrefix(got, want+"\n") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestOldDefaults(t *testing.T) {
	f := parse(t, "benchmark: {mode: throughput}\ndataset: {type: jsonl, path: p.jsonl}\ncloud: {enabled: false}\n")
	checkConfig(t, f, `{"concurrency":[1,2,4,8],"mode":"throughput","output_file":"results.json","runs":30}`)
	if f.Prompts.Path != "dir/p.jsonl" || f.Prompts.Limit != 1000 {
		t.Errorf("source %+v", f.Prompts)
	}
	f = parse(t, "dataset: {prompts: [a], output_len: 9}\nsampling: {max_tokens: 5}\n")
	checkConfig(t, f, `{"mode":"serve","output_file":"results.json","prompts":["a"],"runs":30,"sampling":{"max_tokens":5}}`)
}

func TestOldFaults(t *testing.T) {
	_, err := Parse("b.yaml", []byte(`benchmark:
  mode: startup
  concurency: [1]
  arrival: {rat: 5}
dataset:
  type: hub
  num_samples: many
cloud:
  enabled: true
output:
  pth: x
mode: latency
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"b.yaml:2:3: benchmark.mode: stands also as mode",
		"b.yaml:2:3: benchmark.mode: the mode startup does not exist",
		"b.yaml:3:3: benchmark.concurency: unknown field; did you mean concurrency?",
		"b.yaml:4:13: benchmark.arrival.rat: unknown field; did you mean rate?",
		"b.yaml:6:3: dataset.type: unknown type hub; want inline, jsonl, random or sharegpt",
		"b.yaml:7:3: dataset.num_samples: want a number of prompts, 1 or more",
		"b.yaml:9:3: cloud.enabled: splleed starts no machines in a cloud",
		"b.yaml:11:3: output.pth: unknown field; did you mean path?",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}

// Whatever the file holds, there is an answer, and no panic.
func FuzzParse(f *testing.F) {
	f.Add(old)
	f.Add("prompts: [a, &x b, *x]\nbackend: {type: sim}\n")
	f.Add("a: |\n  text\nb: >-\n  more\n")
	f.Fuzz(func(t *testing.T, in string) {
		file, err := Parse("f", []byte(in))
		if err != nil {
			if _, ok := invalid.In(err); !ok {
				t.Errorf("not a list of faults: %v", err)
			}
			return
		}
		_ = file.Place(invalid.Field{Path: "sampling.stop[0]", Message: "bad"})
	})
}
