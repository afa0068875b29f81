package main

import "github.com/alecthomas/kong"

var groups = []kong.Group{
	{Key: "live", Title: "Two servers, measured in turn:"},
	{Key: "server", Title: "The server:"},
	{Key: "prompts", Title: "What is sent (default: words at random, --input-len of them):"},
	{Key: "load", Title: "The load:"},
	{Key: "sampling", Title: "Generation (sent only if set, --max-tokens apart):"},
	{Key: "connection", Title: "Connections:"},
	{Key: "limits", Title: "Limits and goals:"},
	{Key: "output", Title: "Output:"},
}

// The flags of a benchmark. A field with the tag "at" goes into the configuration at that path, if it is set: a flag
// more is a line here. The aliases are those of "vllm bench serve".

type serverFlags struct {
	Backend      *string  `at:"backend.type" help:"Kind of server: ${backends}." placeholder:"TYPE"`
	Endpoint     endpoint `help:"URL of a running server; without one, splleed starts it." placeholder:"URL" aliases:"base-url"`
	Model        *string  `at:"backend.model" help:"Model: its name, or a path for a server that splleed starts." aliases:"served-model-name"`
	API          *string  `at:"backend.api" name:"api" help:"API to speak: auto, completions, chat, native, native-chat, responses, messages, embeddings, rerank; see splleed backends."`
	APIKeyEnv    *string  `at:"backend.api_key_env" name:"api-key-env" help:"Environment variable that holds the API key." placeholder:"NAME"`
	Header       headers  `at:"backend.headers" help:"HTTP header of every request; repeatable." placeholder:"K=V"`
	ExtraBody    object   `at:"backend.extra_body" help:"JSON object that is merged over every request's body." placeholder:"JSON"`
	Managed      bool     `help:"Insist that splleed starts the server: no --endpoint."`
	Executable   *string  `at:"backend.executable" help:"Program that is the server to start." placeholder:"FILE"`
	ReadyTimeout *seconds `at:"backend.ready_timeout_s" help:"Time for a started server to get ready (default 10m)." placeholder:"TIME" aliases:"ready-check-timeout-sec"`
	SimLog       *string  `at:"backend.log" help:"Simulated server: write the true times of every request." placeholder:"FILE"`
	Set          settings `help:"Any other field of the server's configuration: --set max_num_seqs=64; repeatable." placeholder:"KEY=VALUE"`

	ServerMetrics      *string  `at:"server_metrics" help:"The server's own metrics: auto (its /metrics, if it has one), off, or their URL." placeholder:"URL"`
	GPUMetrics         *string  `at:"gpu_metrics" name:"gpu-metrics" help:"The server's GPUs: auto (nvidia-smi, if splleed starts the server), local (nvidia-smi), off, or the URL of a DCGM exporter." placeholder:"URL"`
	ServerMetricsEvery *seconds `at:"server_metrics_every_s" help:"Time from one look at either to the next (default 1s)." placeholder:"TIME"`
}

type promptFlags struct {
	Prompt      []string `at:"prompts" help:"A prompt; repeatable." sep:"none" placeholder:"TEXT"`
	PromptsFile string   `help:"File of prompts: one a line, or .jsonl with a prompt each." placeholder:"FILE" aliases:"dataset-path"`
	InputLen    count    `help:"Words of each generated prompt, up to 1,000,000 (default 128)." placeholder:"N" aliases:"random-input-len"`
}

type loadFlags struct {
	Mode            *string   `at:"mode" help:"latency (one at a time), throughput (N at a time) or serve (at a rate)." placeholder:"MODE"`
	Concurrency     []int     `at:"concurrency" help:"Requests in flight, a level each: 1,8,32. serve: the most in flight." placeholder:"N" aliases:"max-concurrency"`
	ArrivalRate     rates     `at:"arrival_rate" help:"serve: requests per second, a level each: 5,10. Implies --mode serve." placeholder:"R" aliases:"request-rate"`
	ArrivalPattern  *string   `at:"arrival_pattern" help:"serve: poisson, gamma or constant." placeholder:"NAME"`
	Burstiness      *positive `at:"burstiness" help:"1 is as poisson, larger is smoother. Implies gamma." placeholder:"X"`
	Shape           *string   `at:"shape" help:"serve: how the rate moves: bursts:2s/8s, sine:5m/0.8, ramp:1..20/60s, exp-ramp:…, stages:5/30s,20/30s. Implies serve." placeholder:"SHAPE"`
	Trace           string    `help:"Arrivals and lengths of a file (.jsonl: timestamp in ms or at_s, prompt or input_length, output_length). Implies serve." placeholder:"FILE"`
	TraceSpeed      positive  `help:"Play the trace so many times as fast (default 1)." placeholder:"X"`
	LoRA            adapters  `name:"lora" help:"Adapters, or models, among which requests are dealt at random, with weights: sql=3,chat. Each is reported by itself." placeholder:"NAMES"`
	ProbeRate       *positive `at:"probe.rate" help:"Small requests per second beside the load, reported by themselves." placeholder:"R" aliases:"probe-request-rate"`
	Duration        *seconds  `at:"duration_s" help:"Length of a level's window; with --runs, whichever ends first." placeholder:"TIME"`
	CutOff          *bool     `at:"cut_off" help:"At the end of --duration give up what is in flight or in line."`
	Runs            *count    `at:"runs" help:"Measured requests of each level and trial." placeholder:"N" aliases:"num-prompts"`
	Warmup          *int      `at:"warmup" help:"Unmeasured requests per slot before each level (default 2)." placeholder:"N"`
	NumWarmups      *int      `at:"num_warmups" help:"The same, as a total." placeholder:"N"`
	Trials          *count    `at:"trials" help:"Passes over all levels; from 2 on there are intervals, 5 are advised." placeholder:"N"`
	ConfidenceLevel *float64  `at:"confidence_level" help:"Of the intervals (default 0.95)." placeholder:"P"`
	EarlyStopping   *bool     `at:"early_stopping" help:"Also bound percentiles as MLPerf's LoadGen does: holds for independent requests only."`
	Precision       widths    `at:"precision" help:"Go on until intervals are this narrow: ttft_p99=5%,throughput=2%." placeholder:"WIDTHS"`
	MaxTrials       *count    `at:"max_trials" help:"With --precision: at most so many trials (default 20)." placeholder:"N"`
	MaxDuration     *seconds  `at:"max_duration_s" help:"With --precision: at most so long, judged after the pilot." placeholder:"TIME"`
	Seed            *uint64   `at:"seed" help:"Of arrivals, order and generated prompts (default 1)." placeholder:"N"`
	Certify         *bool     `at:"certify" help:"Replay the load on a server that knows the truth, before and after the run, and say how wrong the figures are."`
	NoFiller        *bool     `at:"no_filler" help:"End the load with the last measured start."`
	CacheBust       *bool     `at:"cache_bust" help:"Begin every prompt with a nonce, against prefix caches."`
	RestartTrials   *bool     `at:"restart_between_trials" name:"restart-between-trials" help:"Start the server anew for each trial."`
}

type samplingFlags struct {
	MaxTokens         *count   `at:"sampling.max_tokens" help:"Tokens to generate at most (default 128)." placeholder:"N" aliases:"random-output-len,output-len"`
	MinTokens         *int     `at:"sampling.min_tokens" help:"Tokens to generate at least." placeholder:"N"`
	Temperature       *float64 `at:"sampling.temperature" help:"0 is greedy." placeholder:"T"`
	TopP              *float64 `at:"sampling.top_p" help:"Nucleus sampling." placeholder:"P"`
	TopK              *int     `at:"sampling.top_k" help:"Sample from the K likeliest." placeholder:"K"`
	FrequencyPenalty  *float64 `at:"sampling.frequency_penalty" help:"-2 to 2." placeholder:"X"`
	PresencePenalty   *float64 `at:"sampling.presence_penalty" help:"-2 to 2." placeholder:"X"`
	RepetitionPenalty *float64 `at:"sampling.repetition_penalty" help:"Above 0; 1 is none." placeholder:"X"`
	IgnoreEOS         *bool    `at:"sampling.ignore_eos" name:"ignore-eos" help:"Go on to --max-tokens."`
	Stop              []string `at:"sampling.stop" help:"Text that ends the answer; repeatable." sep:"none" placeholder:"TEXT"`
	SamplingSeed      *int64   `at:"sampling.seed" help:"The server's seed." placeholder:"N"`
	Stream            *bool    `at:"stream" negatable:"" help:"Take answers token by token (default); without, there is no TTFT, ITL and TPOT."`
	ThinkTags         []string `at:"think_tags" help:"Text between these is reasoning, for TTFA: \"<think>,</think>\", or the closing tag alone where the prompt opens it." placeholder:"TAGS"`
	ContinuousUsage   *bool    `at:"continuous_usage" help:"Ask for token counts with every chunk; costs the server time."`
}

type limitFlags struct {
	SLO               goals    `name:"slo" help:"What a good request meets, in ms: ttft=200,tpot=50,itl=100,e2el=5000; and what a level meets, with a verdict: ttft_p99=500,goodput=99%." placeholder:"GOALS" aliases:"goodput"`
	FailOn            *string  `at:"fail_on" help:"Verdicts that set the exit code: undecided (default: 4 for a level or gate that failed, 5 where nobody can tell), fail or never." placeholder:"WHICH"`
	Strict            *bool    `at:"strict" help:"Exit code 6 unless every level's instrument is graded ok."`
	MaxErrorRate      *float64 `at:"max_error_rate" help:"Share of failed requests from which on the exit code is 3 (default 0.05)." placeholder:"P"`
	Timeout           *seconds `at:"timeouts.total_s" help:"Of a request (default 10m)." placeholder:"TIME"`
	ConnectTimeout    *seconds `at:"timeouts.connect_s" help:"To connect (default 10s)." placeholder:"TIME"`
	FirstTokenTimeout *seconds `at:"timeouts.first_token_s" help:"To the first token (default 5m)." placeholder:"TIME"`
	IdleTimeout       *seconds `at:"timeouts.idle_s" help:"Between tokens (default 2m)." placeholder:"TIME"`
}

type connectionFlags struct {
	Transport  *string `at:"transport" help:"How requests are sent: epoll (Linux, http: event loops), portable, or auto: epoll where that can be." placeholder:"KIND"`
	Transmit   *bool   `at:"transmit_stamps" name:"transmit-stamps" help:"Have the kernel stamp when requests have left, too (epoll)."`
	Connection *string `at:"connection" help:"reuse (made ahead and kept, default) or per-request (made for each, timed as connect)." placeholder:"HOW"`
	HTTP2      *bool   `at:"http2" name:"http2" help:"Speak HTTP/2: streams share connections; on http from the first byte on (h2c)."`
	CAFile     *string `at:"ca_file" name:"ca-file" help:"Of https: authorities to trust instead of the system's (PEM)." placeholder:"FILE"`
	Insecure   *bool   `at:"insecure" help:"Of https: take whoever answers for the server."`
	Proxy      *string `at:"proxy" help:"Go through an http proxy: http://host:3128. Those of the environment are not used." placeholder:"URL"`

	SourceAddress []string `at:"source_address" help:"Connect from these local addresses in turn, each with ports of its own: 10.0.0.2,10.0.0.4-10.0.0.9." placeholder:"ADDR"`
}

type outputFlags struct {
	Output         []string `short:"o" help:"Save the results: .json, .csv or .xml (JUnit: the verdicts), or FORMAT=FILE; - is JSON on standard output; repeatable." sep:"none" placeholder:"FILE"`
	Records        string   `help:"Write every request with its raw times, a JSON line each." placeholder:"FILE"`
	SavePrompts    *bool    `at:"save_prompts" help:"Keep the prompts in the results."`
	LogDir         string   `help:"Where logs of started servers go." placeholder:"DIR"`
	Quiet          bool     `short:"q" help:"No progress, no notes." aliases:"disable-tqdm"`
	SaveResult     bool     `hidden:""`
	ResultDir      string   `hidden:""`
	ResultFilename string   `hidden:""`
}

// foreignFlags are further ones of "vllm bench serve", accepted so that its command lines run here. Each says why it
// changes nothing.
type foreignFlags struct {
	DatasetName       string   `hidden:"" enum:",random,custom" default:"" note:"prompts come from --prompt, --prompts-file or --input-len"`
	PercentileMetrics string   `hidden:"" note:"all metrics are always reported"`
	MetricPercentiles string   `hidden:"" note:"p50, p90, p95, p99 and p99.9 are always reported"`
	SaveDetailed      bool     `hidden:"" note:"--records FILE writes every request"`
	Tokenizer         string   `hidden:"" note:"the server counts the tokens"`
	TrustRemoteCode   bool     `hidden:"" note:"for a server that splleed starts, say --set trust_remote_code=true (TGI) or --set 'extra_args={\"trust_remote_code\":true}' (vLLM)"`
	Label             string   `hidden:"" note:"labels are not kept"`
	Metadata          []string `hidden:"" sep:"none" note:"metadata is not kept"`
}
