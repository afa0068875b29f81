package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/splleed/splleed"
)

func silent(in string) (console, *bytes.Buffer) {
	var text bytes.Buffer
	return console{strings.NewReader(in), &text, &text, func(string) string { return "" }}, &text
}

// parse reads the flags of "splleed run".
func parse(t *testing.T, args ...string) *runCmd {
	t.Helper()
	var r runCmd
	parser, err := kong.New(&r, kong.ExplicitGroups(groups), kong.Vars{"backends": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(joinGoodput(args)); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return &r
}

func TestFlagsBecomeConfiguration(t *testing.T) {
	check := func(args, want string) {
		t.Helper()
		o := newOverlay()
		if err := parse(t, strings.Split(args, "|")...).lay(o); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		got, err := json.Marshal(o.config)
		if err != nil || string(got) != want {
			t.Errorf("%s:\n got %s, %v\nwant %s", args, got, err, want)
		}
	}
	const url = "http://127.0.0.1:9"
	check("--backend=sim", `{"backend":{"type":"sim"}}`)
	check("--model=m", `{"backend":{"model":"m","type":"vllm"}}`)
	check("--endpoint="+url+"|--api=chat|--api-key-env=KEY", `{"backend":{"api":"chat","api_key_env":"KEY","endpoint":"`+url+`","type":"vllm"}}`)
	check("--backend=sim|--concurrency=1,8,32|--runs=64|--trials=3|--max-tokens=32",
		`{"backend":{"type":"sim"},"concurrency":[1,8,32],"runs":64,"sampling":{"max_tokens":32},"trials":3}`)
	check("--backend=sim|--temperature=0|--warmup=0|--ignore-eos|--stop=a,b|--stop=c|--sampling-seed=-1|--seed=0",
		`{"backend":{"type":"sim"},"sampling":{"ignore_eos":true,"seed":-1,"stop":["a,b","c"],"temperature":0},"seed":0,"warmup":0}`)
	check("--backend=sim|--no-filler|--cache-bust|--continuous-usage|--restart-between-trials|--save-prompts",
		`{"backend":{"type":"sim"},"cache_bust":true,"continuous_usage":true,"no_filler":true,"restart_between_trials":true,"save_prompts":true}`)
	check("--backend=sim|--timeout=90|--connect-timeout=2s|--first-token-timeout=1m|--idle-timeout=500ms|--transport=epoll",
		`{"backend":{"type":"sim"},"timeouts":{"connect_s":2,"first_token_s":60,"idle_s":0.5,"total_s":90},"transport":"epoll"}`)
	check("--backend=sim|--header=A=b=c|--header=D: e:f|--extra-body={\"n\":1}",
		`{"backend":{"extra_body":{"n":1},"headers":{"A":"b=c","D":"e:f"},"type":"sim"}}`)
	check("--backend=vllm|--model=m|--executable=x|--ready-timeout=2m|--set=max_num_seqs=64|--set=dtype=auto|--set=extra_args={\"a\":true}",
		`{"backend":{"dtype":"auto","executable":"x","extra_args":{"a":true},"max_num_seqs":64,"model":"m","ready_timeout_s":120,"type":"vllm"}}`)
	check("--backend=sim|--prompt=a, b|--prompt=c|--sim-log=l", `{"backend":{"log":"l","type":"sim"},"prompts":["a, b","c"]}`)
	check("--backend=sim|--arrival-rate=1,2.5|--burstiness=2|--arrival-pattern=gamma",
		`{"arrival_pattern":"gamma","arrival_rate":[1,2.5],"backend":{"type":"sim"},"burstiness":2,"mode":"serve"}`)
	check("--backend=sim|--slo=ttft=200,e2e=5000|--max-error-rate=0", `{"backend":{"type":"sim"},"max_error_rate":0,"slo":{"e2el_ms":5000,"ttft_ms":200}}`)
	// The words of vllm bench serve.
	check("--backend=openai-chat|--base-url="+url+"|--endpoint=/v1/chat/completions|--model=m|--num-prompts=100|--max-concurrency=8|--request-rate=4|--num-warmups=3|--goodput|ttft:200|tpot:50|--random-output-len=9",
		`{"arrival_rate":[4],"backend":{"api":"chat","endpoint":"`+url+`","model":"m","type":"openai"},"concurrency":[8],"mode":"serve","num_warmups":3,"runs":100,"sampling":{"max_tokens":9},"slo":{"tpot_ms":50,"ttft_ms":200}}`)
	check("--backend=sim|--request-rate=inf|--max-concurrency=4", `{"backend":{"type":"sim"},"concurrency":[4],"mode":"throughput"}`)
	check("--backend=openai|--endpoint=/api/v2/completions|--endpoint="+url,
		`{"backend":{"api":"completions","endpoint":"`+url+`","path":"/api/v2/completions","type":"openai"}}`)
}

// Errors name the flag as kong knows it.
func TestFlagNamesAreKongs(t *testing.T) {
	var r runCmd
	parser, err := kong.New(&r, kong.ExplicitGroups(groups), kong.Vars{"backends": ""})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, flag := range parser.Model.Flags {
		known[flag.Name] = true
	}
	for _, group := range []any{r.Server, r.Prompts, r.Load, r.Sampling, r.Connection, r.Limits, r.Output, r.Foreign} {
		for i := range reflect.TypeOf(group).NumField() {
			if name := flagName(reflect.TypeOf(group).Field(i)); !known[name] {
				t.Errorf("kong knows no --%s", name)
			}
		}
	}
}

// The flags win, field by field; another kind of backend takes nothing of the file's.
func TestFlagsWinOverTheFile(t *testing.T) {
	const file = `
backend: {type: vllm, model: m, endpoint: "http://127.0.0.1:9", dtype: auto}
prompts: [a]
sampling: {max_tokens: 5, top_k: 3}
output_file: x.json
`
	check := func(want func(*plan) bool, args ...string) {
		t.Helper()
		c, _ := silent(file)
		p, err := parse(t, append([]string{"-"}, args...)...).plan(c)
		if err != nil || !want(p) {
			t.Errorf("%q: %v, %+v", args, err, p)
		}
	}
	check(func(p *plan) bool {
		s := p.benchmark.Sampling
		return s.MaxTokens == 7 && s.TopK == 3 && p.benchmark.OutputFile == "x.json" && p.outputs == nil
	}, "--max-tokens=7")
	check(func(p *plan) bool { _, sim := p.benchmark.Backend.(*splleed.Sim); return sim }, "--backend=sim")
	check(func(p *plan) bool { return p.benchmark.Backend.(*splleed.VLLM).DType == "auto" }, "--backend=vllm", "--model=n")
	check(func(p *plan) bool {
		return p.benchmark.OutputFile == "" && slices.Equal(p.outputs, []string{"a.csv", "b.json"})
	}, "-o", "a.csv", "-o", "b.json")
	check(func(p *plan) bool { return slices.Equal(p.benchmark.Prompts, []string{"b", "c"}) }, "--prompt=b", "--prompt=c")
}

func TestGeneratedPrompts(t *testing.T) {
	c, _ := silent("")
	p, err := parse(t, "--backend=sim", "--concurrency=1,8", "--trials=2", "--input-len=5").plan(c)
	if err != nil {
		t.Fatal(err)
	}
	b := p.benchmark
	// 16 requests at each of 2 levels in 2 trials, and some for the warm-up: all of them different.
	if b.Runs != 16 || len(b.Prompts) < 64 || len(strings.Fields(b.Prompts[0])) != 5 {
		t.Errorf("runs %d, %d prompts, the first %q", b.Runs, len(b.Prompts), b.Prompts[0])
	}
	slices.Sort(b.Prompts)
	if n := len(b.Prompts); len(slices.Compact(b.Prompts)) != n {
		t.Error("some prompts are equal")
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("trails: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(want int, args ...string) {
		t.Helper()
		c, text := silent("")
		if got := execute(args, c); got != want {
			t.Errorf("%q: exit %d, want %d\n%s", args, got, want, text)
		}
	}
	check(good)
	check(good, "--help")
	check(good, "version")
	check(badInput, "nonsense")
	check(badInput, "run", "--max-tokens=many")
	check(badInput, "run")
	check(badInput, "validate", bad)
	check(badInput, "validate", filepath.Join(dir, "missing.yaml"))
	check(badInput, "init", bad)
	check(failed, "init", filepath.Join(dir, "no", "folder", "x.yaml"))
}

// 130 and 143 go before all others, bad input before failures, and a failure before too many failed requests.
func TestExitPrecedence(t *testing.T) {
	many := &splleed.TooManyFailures{Limit: 0.05}
	check := func(want int, err error, signal int) {
		t.Helper()
		c, _ := silent("")
		s := &signals{}
		s.first.Store(int32(signal))
		if got := c.exit(err, s); got != want {
			t.Errorf("%v, signal %d: exit %d, want %d", err, signal, got, want)
		}
	}
	check(good, nil, 0)
	check(interrupted, nil, interrupted)
	check(terminated, many, terminated)
	check(tooManyFailures, many, 0)
	check(badInput, faulty("x"), 0)
	check(failed, errors.New("x"), 0)
}
