package splleed

import (
	"crypto/tls"
	"io"

	"github.com/splleed/splleed/internal/engine"
)

// Benchmark is one benchmark: what to ask which server, how often, under which load. Its zero value plus a Backend and
// Prompts is a sane one. It is plain data, apart from the last few fields, and its JSON form is the one of configuration
// files, of the driver protocol and of the "config" in results.
type Benchmark struct {
	Backend Backend  `json:"backend"`
	Prompts []string `json:"prompts,omitempty"` // sent unaltered; cycled when there are fewer than requests

	Mix   []Part         `json:"mix,omitempty"`   // in place of Prompts: classes of requests, drawn by weight, reported each by itself
	Trace []TraceRequest `json:"trace,omitempty"` // Serve, in place of Prompts and ArrivalRate: what arrives when
	Probe *Probe         `json:"probe,omitempty"` // a thin stream of small requests beside the load

	// Where the prompts came from, for the record: splleed itself loads none.
	Dataset      string `json:"dataset"`
	PromptColumn string `json:"prompt_column"`
	NumSamples   int    `json:"num_samples"`

	Mode           Mode      `json:"mode"`                 // default Throughput
	Concurrency    []int     `json:"concurrency"`          // Throughput: the levels, default [1]; Serve: caps on requests in flight
	ArrivalRate    []float64 `json:"arrival_rate"`         // Serve: the levels, requests per second, default [10]
	ArrivalPattern string    `json:"arrival_pattern"`      // Serve: "poisson" (default), "gamma" (default with Burstiness), "constant"
	Burstiness     float64   `json:"burstiness,omitempty"` // gamma: the shape; 1 is Poisson, larger is smoother
	// Serve: how the rate moves. "" is steady; "bursts:2s/8s" and "sine:5m/0.8" modulate the arrival rate;
	// "ramp:1..20/60s", "exp-ramp:1..20/60s" and "stages:5/30s,20/30s" name their rates. See docs/load.md.
	Shape string `json:"shape,omitempty"`

	Runs            int     `json:"runs"`                  // measured requests per level and trial; default max(10, prompts, 2 × concurrency), with a duration as many as it holds
	DurationS       float64 `json:"duration_s,omitempty"`  // seconds that the window of a level lasts at most; default: as long as Runs take, or the shape
	CutOff          bool    `json:"cut_off,omitempty"`     // at the end of the duration give up what is in flight or in line; default: wait for it
	Warmup          *int    `json:"warmup"`                // unmeasured requests per slot before each level, default 2; Serve without a cap: in all, default 8 and until one has ended
	NumWarmups      *int    `json:"num_warmups,omitempty"` // the same as a total; overrides Warmup
	Trials          int     `json:"trials"`                // independent passes over all levels; default 1, 5 advised
	ConfidenceLevel float64 `json:"confidence_level"`      // of intervals over trials, in (0, 1); default 0.95

	EarlyStopping bool `json:"early_stopping,omitempty"` // also bound percentiles as MLPerf's LoadGen does: holds for independent requests only

	// In place of Trials: as many as make the intervals of these statistics, by name ("ttft_p99", "throughput"), no wider
	// than ± this share of their value. Five pilot trials say how many that is.
	Precision    map[string]float64 `json:"precision,omitempty"`
	MaxTrials    int                `json:"max_trials,omitempty"`     // with Precision: default 20
	MaxDurationS float64            `json:"max_duration_s,omitempty"` // with Precision: seconds that all trials may take, judged after the pilot

	Sampling        Sampling `json:"sampling"`
	ContinuousUsage bool     `json:"continuous_usage,omitempty"` // ask for token counts on every event
	Stream          *bool    `json:"stream,omitempty"`           // false: answers come in one piece, without TTFT, ITL and TPOT
	ThinkTags       []string `json:"think_tags,omitempty"`       // the text between them is reasoning: {"<think>", "</think>"}, or the last alone where the prompt opens it
	SLO             SLO      `json:"slo"`
	Goals           []string `json:"goals,omitempty"`          // that each level is to meet, over all trials: "ttft_p99=500" (ms), "goodput=99%" (of the SLO)
	FailOn          FailOn   `json:"fail_on,omitempty"`        // which verdicts on them make the run a failure; default FailOnUndecided
	Strict          bool     `json:"strict,omitempty"`         // a level whose instrument is not graded ok makes the run a failure
	MaxErrorRate    *float64 `json:"max_error_rate,omitempty"` // failed requests of a level that make the run a failure; default 0.05

	Seed                 *uint64  `json:"seed,omitempty"` // of arrivals, order and choices; default 1
	Timeouts             Timeouts `json:"timeouts"`
	Transport            string   `json:"transport,omitempty"`              // "epoll" (event loops; Linux, http), "portable", or "auto" (default): epoll where that can be
	TransmitStamps       bool     `json:"transmit_stamps,omitempty"`        // sent_end is when the request's last byte left, by the kernel's stamp: epoll alone
	Connection           string   `json:"connection,omitempty"`             // Reuse (default) or PerRequest
	HTTP2                bool     `json:"http2,omitempty"`                  // streams share connections; on http from the first byte on (h2c). Not with epoll
	CAFile               string   `json:"ca_file,omitempty"`                // of https: certificates (PEM) of authorities to trust instead of the system's
	Insecure             bool     `json:"insecure,omitempty"`               // of https: whoever answers is taken for the server
	Proxy                string   `json:"proxy,omitempty"`                  // an http proxy that all goes through: "http://host:3128"; those of the environment are not used
	SourceAddress        []string `json:"source_address,omitempty"`         // local addresses to connect from, in turn, or ranges: "127.0.0.2-127.0.0.9"; default: the system chooses
	ServerMetrics        string   `json:"server_metrics,omitempty"`         // the server's own: "auto" (default: its /metrics, if it has one), "off", or a URL
	ServerMetricsEveryS  float64  `json:"server_metrics_every_s,omitempty"` // seconds from one look at either to the next; default 1
	GPUMetrics           string   `json:"gpu_metrics,omitempty"`            // of the server's GPUs: "auto" (default: nvidia-smi, where the server is managed), "local" (nvidia-smi), "off", or a DCGM exporter's URL
	NoFiller             bool     `json:"no_filler,omitempty"`              // stop the load with the last measured start
	CacheBust            bool     `json:"cache_bust,omitempty"`             // begin every prompt with a nonce
	RestartBetweenTrials bool     `json:"restart_between_trials,omitempty"` // managed servers: a fresh start for every trial
	SavePrompts          bool     `json:"save_prompts,omitempty"`           // keep the prompts in the results
	Certify              bool     `json:"certify,omitempty"`                // calibrate before and after the run: needs Program
	OutputFile           string   `json:"output_file"`                      // saved there after the run, if it measured anything: .json, .csv, or .xml (JUnit: a test case a goal and level)

	// Not data.
	OwnProcess bool                `json:"-"` // the process is the benchmark's own: while a level runs, no garbage is collected and GOMAXPROCS is higher
	Progress   func(Progress)      `json:"-"` // told how far the run is, from one goroutine at a time
	Records    io.Writer           `json:"-"` // one NDJSON line per finished request, see docs/results.md
	Getenv     func(string) string `json:"-"` // where engines find executables and API keys; nil reads no environment
	Program    string              `json:"-"` // a splleed command, for Certify to start as a server that knows the truth
	Python     string              `json:"-"` // version of the Python that asks, for the results' environment; "" for none
	LogDir     string              `json:"-"` // where logs of managed servers go; "" means the folder for temporary files

	server  *engine.Server // that is open already, and is left so
	watch   *watcher       // follows the measured requests; nil for nobody
	trusted *tls.Config    // on https; nil for whom the system trusts
}

// Mode is the kind of load.
type Mode string

// The kinds of load.
const (
	Latency    Mode = "latency"    // one request at a time
	Throughput Mode = "throughput" // closed loop: N requests in flight, at each concurrency
	Serve      Mode = "serve"      // open loop: requests arrive at a rate, whether or not others have ended
)

// SLO is what each request must meet to count as good. Zero means no wish.
type SLO struct {
	TTFTMs float64 `json:"ttft_ms,omitempty"`
	TPOTMs float64 `json:"tpot_ms,omitempty"`
	ITLMs  float64 `json:"itl_ms,omitempty"` // judges the p99 of the request's own inter-chunk latencies
	E2ELMs float64 `json:"e2el_ms,omitempty"`
}

// Timeouts of one request, in seconds. Zero means the default.
type Timeouts struct {
	ConnectS    float64 `json:"connect_s,omitempty"`     // default 10
	FirstTokenS float64 `json:"first_token_s,omitempty"` // from sent; default 300
	IdleS       float64 `json:"idle_s,omitempty"`        // silence between tokens; default 120
	TotalS      float64 `json:"total_s,omitempty"`       // from sent; default 600
}
