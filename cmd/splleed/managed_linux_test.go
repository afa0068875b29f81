package main

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/marked"
)

// Fields of backends as users write them, "key=value", for --set and, with a colon, for YAML. Each list has all fields
// that say how a server is started.
const (
	vllmOn = `host=0.0.0.0 port=-1 tensor_parallel=4 pipeline_parallel=2 enable_prefix_caching=true gpu_memory_utilization=0.85
		max_num_batched_tokens=4096 max_num_seqs=16 max_model_len=2048 chunked_prefill=true disable_log_requests=true quantization=awq
		dtype=bfloat16 kv_cache_dtype=fp8 extra_args={"enforce_eager":true,"swap_space":0.5} quiet=true ready_timeout_s=60
		grace_timeout_s=1 log_file=logs/engine.log`
	tgiOn = `host=127.0.0.1 port=-1 num_shard=2 sharded=true max_concurrent_requests=512 max_total_tokens=4096 max_input_tokens=3072
		max_batch_size=8 quantize=bitsandbytes-nf4 dtype=float16 cuda_memory_fraction=0.5 trust_remote_code=true revision=abc
		disable_custom_kernels=true json_output=true extra_args={"max_stop_sequences":8,"disable_grammar_support":true} quiet=true
		ready_timeout_s=60 grace_timeout_s=1 log_file=logs/engine.log`
)

// off is a list with every true as false.
func off(fields string) string { return strings.ReplaceAll(fields, "true", "false") }

// What a field more of a backend needs is a place in the lists above.
func TestListsHaveAllFields(t *testing.T) {
	check := func(b engine.Backend, list string) {
		t.Helper()
		for f := range fieldNames(reflect.TypeOf(b)) {
			switch f {
			case "model", "executable": // set by the tests
			case "endpoint", "api", "api_key", "api_key_env", "headers", "extra_body": // of requests
			default:
				if !strings.Contains(" "+strings.Join(strings.Fields(list), " "), " "+f+"=") {
					t.Errorf("%s: no %s", b.Engine(), f)
				}
			}
		}
	}
	check(engine.VLLM{}, vllmOn)
	check(engine.TGI{}, tgiOn)
}

// fieldNames yields the JSON names of a struct's fields and of those of its embedded structs.
func fieldNames(s reflect.Type) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, f := range reflect.VisibleFields(s) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && !yield(name) {
				return
			}
		}
	}
}

// ways is how a fake is named to splleed: in a flag, in the environment, by PATH.
var ways = map[string]func(s *stage, variable string) (args []string){
	"executable": func(s *stage, _ string) []string { return []string{"--executable", s.engine} },
	"variable": func(s *stage, variable string) []string {
		s.env = append(s.env, variable+"="+s.engine)
		return nil
	},
	"PATH": func(s *stage, _ string) []string {
		s.env = append(s.env, "PATH="+s.dir+"/bin")
		return nil
	},
}

// The command lines of engines, through flags and through YAML, whichever way the engine is found. The expected ones are
// those of the Python splleed 0.1 (in its order), with what vLLM has changed since: --disable-log-requests is gone, and
// switches that are off by wish have a --no- form.
func TestCommandLines(t *testing.T) {
	check := func(kind, way, form, fields, want string) {
		t.Run(kind+" by "+way+" with "+form, func(t *testing.T) {
			t.Parallel()
			name, variable := "vllm", "SPLLEED_VLLM_PATH"
			if kind == "tgi" {
				name, variable = "text-generation-launcher", "SPLLEED_TGI_PATH"
			}
			s := newStage(t, name, fake{})
			args := ways[way](s, variable)
			args = append(args, s.config(kind, form, fields)...)
			s.run(good, append(args, "--prompt", "a", "--runs", "1", "--warmup", "0", "--max-tokens", "2")...)

			got := s.call().Args
			want := strings.Fields(name + " " + strings.ReplaceAll(want, "PORT", argument(got, "--port")))
			if !slices.Equal(got, want) {
				t.Errorf("\n got %q\nwant %q", got, want)
			}
		})
	}
	const vllm = "serve org/n --host 127.0.0.1 --port PORT --tensor-parallel-size 1 --pipeline-parallel-size 1 --gpu-memory-utilization 0.9 " +
		"--max-num-seqs 256 --dtype auto --kv-cache-dtype auto --enable-prefix-caching --enable-chunked-prefill"
	const vllmSet = "serve org/n --host 0.0.0.0 --port PORT --tensor-parallel-size 4 --pipeline-parallel-size 2 --gpu-memory-utilization 0.85 " +
		"--max-num-seqs 16 --dtype bfloat16 --kv-cache-dtype fp8 SWITCHES --max-num-batched-tokens 4096 --max-model-len 2048 --quantization awq EXTRA"
	vllmTrue := strings.NewReplacer("SWITCHES", "--enable-prefix-caching --enable-chunked-prefill", "EXTRA", "--enforce-eager --swap-space 0.5").Replace(vllmSet)
	vllmFalse := strings.NewReplacer("SWITCHES", "--no-enable-prefix-caching --no-enable-chunked-prefill --enable-log-requests",
		"EXTRA", "--no-enforce-eager --swap-space 0.5").Replace(vllmSet)
	check("vllm", "executable", "set", "port=-1", vllm)
	check("vllm", "variable", "set", vllmOn, vllmTrue)
	check("vllm", "PATH", "set", off(vllmOn), vllmFalse)
	check("vllm", "executable", "yaml", vllmOn, vllmTrue)
	check("vllm", "variable", "yaml", off(vllmOn), vllmFalse)

	const tgi = "--model-id org/n --hostname 0.0.0.0 --port PORT --max-concurrent-requests 128 --cuda-memory-fraction 1.0"
	const tgiSet = "--model-id org/n --hostname 127.0.0.1 --port PORT --max-concurrent-requests 512 --cuda-memory-fraction 0.5 --num-shard 2 " +
		"--sharded SHARDED --max-total-tokens 4096 --max-input-tokens 3072 --max-batch-size 8 --quantize bitsandbytes-nf4 --dtype float16 " +
		"SWITCHES --revision abc EXTRA"
	tgiTrue := strings.NewReplacer("SHARDED", "true", "SWITCHES", "--trust-remote-code --disable-custom-kernels --json-output",
		"EXTRA", "--disable-grammar-support --max-stop-sequences 8").Replace(tgiSet)
	tgiFalse := strings.NewReplacer("SHARDED", "false", "SWITCHES", "", "EXTRA", "--max-stop-sequences 8").Replace(tgiSet)
	check("tgi", "executable", "set", "port=-1", tgi)
	check("tgi", "variable", "set", tgiOn, tgiTrue)
	check("tgi", "PATH", "set", off(tgiOn), tgiFalse)
	check("tgi", "executable", "yaml", off(tgiOn), tgiFalse)
	check("tgi", "PATH", "yaml", tgiOn, tgiTrue)
}

// config is a backend's fields as arguments: flags, or a file of YAML.
func (s *stage) config(kind, form, fields string) (args []string) {
	if form == "set" {
		args = []string{"--backend", kind, "--model", "org/n"}
		for _, field := range strings.Fields(fields) {
			args = append(args, "--set", field)
		}
		return args
	}
	lines := []string{"backend:", "  type: " + kind, "  model: org/n"}
	for _, field := range strings.Fields(fields) {
		lines = append(lines, "  "+strings.Replace(field, "=", ": ", 1))
	}
	s.write("config.yaml", strings.Join(lines, "\n")+"\n")
	return []string{"config.yaml"}
}

// Engines inherit the environment, and are asked to be quiet unless the user has a wish of his own.
func TestEnvironment(t *testing.T) {
	check := func(kind, name, key, user, quiet, want string) {
		t.Run(kind+" "+user+" "+quiet, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, name, fake{})
			s.env = append(s.env, "HF_TOKEN=hf_secret", "HTTPS_PROXY=http://127.0.0.1:9")
			if user != "" {
				s.env = append(s.env, user)
			}
			s.run(good, "--backend", kind, "--model", "m", "--executable", s.engine, "--set", "port=-1", "--set", quiet,
				"--prompt", "a", "--runs", "1", "--warmup", "0", "--max-tokens", "2", "-o", "out.json")

			var level []string
			env := s.call().Env
			for _, pair := range env {
				if strings.HasPrefix(pair, key+"=") {
					level = append(level, pair)
				}
			}
			if got := strings.Join(level, " "); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			for _, pair := range []string{"HF_TOKEN=hf_secret", "HTTPS_PROXY=http://127.0.0.1:9", marked.Env + "=" + s.mark} {
				if !slices.Contains(env, pair) {
					t.Errorf("not inherited: %s", pair)
				}
			}
			if strings.Contains(text(s.dir+"/out.json"), "hf_secret") {
				t.Error("the results tell the token")
			}
		})
	}
	check("vllm", "vllm", "VLLM_LOGGING_LEVEL", "", "quiet=true", "VLLM_LOGGING_LEVEL=WARNING")
	check("vllm", "vllm", "VLLM_LOGGING_LEVEL", "", "quiet=false", "")
	check("vllm", "vllm", "VLLM_LOGGING_LEVEL", "VLLM_LOGGING_LEVEL=DEBUG", "quiet=true", "VLLM_LOGGING_LEVEL=DEBUG")
	check("tgi", "text-generation-launcher", "RUST_LOG", "", "quiet=true", "RUST_LOG=warn")
	check("tgi", "text-generation-launcher", "RUST_LOG", "", "quiet=false", "")
	check("tgi", "text-generation-launcher", "RUST_LOG", "RUST_LOG=debug", "quiet=true", "RUST_LOG=debug")
}

// Wishes for generation: all of them, all whose zero is a wish at zero, and none.
var (
	allWishes = []string{
		"--max-tokens=5", "--min-tokens=2", "--temperature=0.7", "--top-p=0.9", "--top-k=40", "--frequency-penalty=0.1",
		"--presence-penalty=-0.2", "--repetition-penalty=1.1", "--ignore-eos", "--stop=END", "--stop=\n\n", "--sampling-seed=7",
	}
	zeroWishes = []string{"--max-tokens=5", "--temperature=0", "--frequency-penalty=0", "--presence-penalty=0", "--sampling-seed=0"}
)

// What a server is asked: what the user set, in the server's words, and nothing else. The first request is splleed's own,
// to see whether the server generates: of the load's kind, with a prompt of its own and one token.
func TestBodies(t *testing.T) {
	check := func(kind, api, set string, wishes []string, path, load string) {
		t.Run(kind+" "+api+" "+set, func(t *testing.T) {
			t.Parallel()
			name := map[string]string{"vllm": "vllm", "tgi": "text-generation-launcher"}[kind]
			s := newStage(t, name, fake{})
			args := []string{"--backend", kind, "--api", api, "--model", "org/n", "--executable", s.engine, "--set", "port=-1"}
			args = append(args, "--prompt", "Is 1 < 2 & \"ü\"?", "--runs", "3", "--warmup", "1")
			s.run(good, append(args, wishes...)...)

			asks := s.asks()
			if len(asks) < 5 { // its own, the warm-up, three measured ones
				t.Fatalf("%d requests", len(asks))
			}
			for i, a := range asks {
				want := load
				if i == 0 {
					want = firstOf(load)
				}
				if a.Path != path {
					t.Errorf("request %d to %s, want %s", i, a.Path, path)
				}
				if got, want := marshal(t, a.Body), canonical(t, want); got != want {
					t.Errorf("request %d:\n got %s\nwant %s", i, got, want)
				}
			}
		})
	}
	const stream = `"stream":true,"stream_options":{"include_usage":true}`
	const all = `"max_tokens":5,"min_tokens":2,"temperature":0.7,"top_p":0.9,"top_k":40,"frequency_penalty":0.1,"presence_penalty":-0.2,` +
		`"repetition_penalty":1.1,"ignore_eos":true,"stop":["END","\n\n"],"seed":7,`
	const zero = `"max_tokens":5,"temperature":0,"frequency_penalty":0,"presence_penalty":0,"seed":0,`
	const asked = `"Is 1 < 2 & \"ü\"?"`

	for _, kind := range []string{"vllm", "tgi"} {
		const path = "/v1/completions"
		const load = `{"model":"org/n","prompt":` + asked + `,`
		check(kind, "completions", "all", allWishes, path, load+all+stream+`}`)
		check(kind, "completions", "zero", zeroWishes, path, load+zero+stream+`}`)
		check(kind, "completions", "none", nil, path, load+`"max_tokens":128,`+stream+`}`)
	}
	for _, kind := range []string{"vllm", "tgi"} {
		const path = "/v1/chat/completions"
		const load = `{"model":"org/n","messages":[{"role":"user","content":` + asked + `}],`
		check(kind, "chat", "all", allWishes, path, load+all+stream+`}`)
		check(kind, "chat", "zero", zeroWishes, path, load+zero+stream+`}`)
		check(kind, "chat", "none", nil, path, load+`"max_tokens":128,`+stream+`}`)
	}
	// TGI has no min_tokens, presence_penalty and ignore_eos, and takes a temperature of 0 as an error: greedy is do_sample.
	const path = "/generate_stream"
	const load = `{"inputs":` + asked + `,"parameters":{"details":true,`
	check("tgi", "native", "all", allWishes, path, load+`"max_new_tokens":5,"temperature":0.7,"do_sample":true,"top_p":0.9,"top_k":40,`+
		`"frequency_penalty":0.1,"repetition_penalty":1.1,"stop":["END","\n\n"],"seed":7}}`)
	check("tgi", "native", "zero", zeroWishes, path, load+`"max_new_tokens":5,"do_sample":false,"frequency_penalty":0,"seed":0}}`)
	check("tgi", "native", "none", nil, path, load+`"max_new_tokens":128}}`)
}

var lengths = regexp.MustCompile(`"(max_tokens|max_new_tokens|min_tokens)":\d+`)

// firstOf is splleed's own request before such a load.
func firstOf(load string) string {
	return lengths.ReplaceAllString(strings.Replace(load, `"Is 1 < 2 & \"ü\"?"`, `"Hello"`, 1), `"$1":1`)
}

// canonical is a JSON object with its keys in order.
func canonical(t *testing.T, object string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatal(err)
	}
	return marshal(t, fields)
}

func marshal(t *testing.T, fields map[string]any) string {
	t.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
