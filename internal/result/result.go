// Package result is the JSON contract: what a run found, as plain data that round-trips.
//
// The flat keys of a Level (ttft_p50_ms, throughput_tokens_per_sec, …) are those of the Python splleed 0.1 and keep its
// spelling and formulas; the full structure stands beside them under the names of docs/metrics.md. A null means that
// nothing was measured, never zero.
package result

import (
	"encoding/json"
	"slices"
	"time"
)

// SchemaVersion is raised when a key changes its meaning or goes away, not when one is added.
const SchemaVersion = 1

// Run is a whole benchmark: what was asked, what was found, where.
type Run struct {
	SchemaVersion     int             `json:"schema_version"`
	Engine            string          `json:"engine"`
	Model             string          `json:"model"`
	Simulated         bool            `json:"simulated"`
	Timestamp         Time            `json:"timestamp"` // when the run ended, UTC
	GPU               *string         `json:"gpu"`
	Config            json.RawMessage `json:"config"`
	Results           []Level         `json:"results"` // all trials pooled, one entry a level
	Environment       Environment     `json:"environment"`
	NTrials           int             `json:"n_trials"`
	Order             [][]int         `json:"order"`               // of each trial: the levels as they ran, by their place in results; null for a search
	TrialResults      []Trial         `json:"trial_results"`       // null with a single trial, as in 0.1
	AggregatedResults []Aggregate     `json:"aggregated_results"`  // null with a single trial, as in 0.1
	Precision         *Precision      `json:"precision,omitempty"` // where the run was to go on until its intervals are narrow
	Search            *Search         `json:"search,omitempty"`    // of a search: what it found
	Sweep             *Sweep          `json:"sweep,omitempty"`     // of a sweep: what it shows
	Verdict           Verdict         `json:"verdict,omitempty"`   // on all goals of all levels; "" without any
	Interrupted       bool            `json:"interrupted"`         // the run was stopped before it was complete
	Warnings          []string        `json:"warnings"`
	Identity          Identity        `json:"identity"`
}

// Time is a moment in UTC, written as the Python splleed 0.1 did: with an offset of +00:00.
type Time struct{ time.Time }

// MarshalJSON writes microseconds, as Python does.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05.000000+00:00"`)), nil
}

// Trial is one pass over all levels.
type Trial struct {
	TrialIndex         int     `json:"trial_index"` // 0-based
	ServerStart        string  `json:"server_start,omitempty"`
	Order              []int   `json:"order"` // the levels in the order they ran, as indexes into concurrency_results
	ConcurrencyResults []Level `json:"concurrency_results"`
}

// Completed reports whether the trial ran so many levels, each to its end.
func (t *Trial) Completed(levels int) bool {
	partial := slices.ContainsFunc(t.ConcurrencyResults, func(l Level) bool { return l.Interrupted })
	return len(t.ConcurrencyResults) == levels && !partial
}

// Level is one load point: of one trial, or pooled over all trials.
type Level struct {
	Concurrency   *int     `json:"concurrency"`   // slots of the closed loop, or the in-flight cap; null for an open loop without a cap
	ArrivalRate   *float64 `json:"arrival_rate"`  // requests per second; null for a closed loop
	MaxInFlight   *int     `json:"max_in_flight"` // most requests in flight at once, as seen
	NumRequests   int      `json:"num_requests"`
	NumSuccessful int      `json:"num_successful"`
	NumFailed     int      `json:"num_failed"`
	// Interrupted says that it was stopped before all its requests had ended, or one of the trials that are pooled. Such a
	// trial is in no interval over trials.
	Interrupted bool `json:"interrupted,omitempty"`

	// First start to last end of the measured requests, and the rates over it: the formula of 0.1. Ramp and tail are
	// in it; Throughput has the rates of the window.
	TotalTimeSec             *float64 `json:"total_time_sec"`
	ThroughputRequestsPerSec *float64 `json:"throughput_requests_per_sec"`
	ThroughputTokensPerSec   *float64 `json:"throughput_tokens_per_sec"`

	TTFTP50Ms  *float64 `json:"ttft_p50_ms"`
	TTFTP95Ms  *float64 `json:"ttft_p95_ms"`
	TTFTP99Ms  *float64 `json:"ttft_p99_ms"`
	TTFTMeanMs *float64 `json:"ttft_mean_ms"`
	ITLP50Ms   *float64 `json:"itl_p50_ms"`
	ITLP95Ms   *float64 `json:"itl_p95_ms"`
	ITLP99Ms   *float64 `json:"itl_p99_ms"`
	ITLMeanMs  *float64 `json:"itl_mean_ms"`
	TPOTP50Ms  *float64 `json:"tpot_p50_ms"`
	TPOTP95Ms  *float64 `json:"tpot_p95_ms"`
	TPOTP99Ms  *float64 `json:"tpot_p99_ms"`
	TPOTMeanMs *float64 `json:"tpot_mean_ms"`
	E2ELP50Ms  *float64 `json:"e2el_p50_ms"`
	E2ELP95Ms  *float64 `json:"e2el_p95_ms"`
	E2ELP99Ms  *float64 `json:"e2el_p99_ms"`
	E2ELMeanMs *float64 `json:"e2el_mean_ms"`
	GoodputPct *float64 `json:"goodput_pct"` // null without an SLO

	Window     Window              `json:"window"`
	Transient  *Transient          `json:"transient"`       // whether that was a steady state; null where the load changes by itself, and below 100 requests
	Failures   map[string]Failures `json:"failures"`        // by type; empty where all succeeded
	Metrics    map[string]Metric   `json:"metrics"`         // by name: ttft, ttfa, itl, icl, stall, tpot, tpot_n1, e2e, queue_delay, connect
	Throughput Throughput          `json:"throughput"`      // over the window
	Goodput    *Goodput            `json:"goodput"`         // null without an SLO
	Goals      []Goal              `json:"goals,omitempty"` // that the level had to meet, over all trials
	Tokens     Tokens              `json:"tokens"`
	Requests   Requests            `json:"requests"`
	Classes    map[string]Class    `json:"classes,omitempty"` // of a mix, by name
	Probe      *Class              `json:"probe,omitempty"`   // the probes beside the load; they count in nothing else
	Instrument *Instrument         `json:"instrument"`        // the client's own part in these numbers
	Server     *Server             `json:"server"`            // null where the server told nothing
	GPU        *GPUUse             `json:"gpu"`               // null where nobody told of the server's GPUs
	Warnings   []string            `json:"warnings"`
}

// Window is [t0, t1): from the load in full swing to the last measured start.
type Window struct {
	// Kind is "full_swing"; or "short": fewer than two turns a slot, so rates are those of first start to last end; or
	// "no_warmup": the same, since nothing brought the load to full swing.
	Kind        string   `json:"kind"`
	DurationSec *float64 `json:"duration_sec"`
	Turns       float64  `json:"turns"`     // measured requests per slot (closed loop); 0 for an open loop
	SlotIdle    *float64 `json:"slot_idle"` // closed loop: share of slot time by which the client held the load back
}

// Failures of one type.
type Failures struct {
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Metric is one latency, in milliseconds, over its populations. Pooled ITL is weighted by token and ICL by arrival;
// all others have one sample a request.
type Metric struct {
	// Start is what the headline counts from: "scheduled" (response time: open loop), "sent" (service time: closed
	// loop), or "" where the metric has no start (ITL, ICL, stall, TPOT).
	Start   string   `json:"start,omitempty"`
	Served  Summary  `json:"served"`            // successes
	Offered *Summary `json:"offered,omitempty"` // failed, refused and timed-out requests count as +infinity
	// The other readings of TTFT and E2E, served. The headline is one of them.
	Response *Summary `json:"response,omitempty"` // from scheduled
	Service  *Summary `json:"service,omitempty"`  // from sent
	// The instrument's own error on all of these; null where nothing was measured.
	Instrument *Error `json:"instrument"`
}

// Summary describes samples, in milliseconds.
type Summary struct {
	N    int      `json:"n"`
	Mean *float64 `json:"mean"`
	Std  *float64 `json:"std"` // of the sample (n - 1)
	Min  *float64 `json:"min"`
	Max  *float64 `json:"max"`
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P95  *float64 `json:"p95"`
	P99  *float64 `json:"p99"`
	P999 *float64 `json:"p99_9"`
	// Percentiles are further ones, where they were asked for, by name: "p75", "p99.99".
	Percentiles map[string]*float64 `json:"percentiles,omitempty"`
	// Lost is how many of the N samples are +infinity; percentiles that fall on one are null and named in Beyond.
	Lost   int      `json:"lost,omitempty"`
	Beyond []string `json:"beyond,omitempty"`
	// Unsupported names the percentiles with too few effective samples behind them (6, 36, 72, 368, 3688 for p50 …
	// p99.9).
	Unsupported []string `json:"unsupported,omitempty"`
	// Within is what one trial says of its percentiles, by name: the headline's populations of a single trial have it.
	Within map[string]Within `json:"within,omitempty"`
	// EarlyStopping are bounds on the percentiles, by name, where they were asked for.
	EarlyStopping map[string]EarlyStopping `json:"early_stopping,omitempty"`
}

// Throughput is rates over the window, per second. Null where the window has no length.
type Throughput struct {
	RequestsPerSec     *float64 `json:"requests_per_sec"`      // successful completions in the window
	OutputTokensPerSec *float64 `json:"output_tokens_per_sec"` // tokens arriving in the window
	InputTokensPerSec  *float64 `json:"input_tokens_per_sec"`  // prompt tokens of the requests completed in it; null where not reported
}

// Goodput is the share of offered requests that succeeded and met every SLO.
type Goodput struct {
	Percent        *float64       `json:"percent"`
	RequestsPerSec *float64       `json:"requests_per_sec"`
	TokensPerSec   *float64       `json:"tokens_per_sec"`
	Good           int            `json:"good"`
	Offered        int            `json:"offered"`
	Censored       int            `json:"censored"`       // cut off in flight: neither good nor bad
	LowPercent     *float64       `json:"low_percent"`    // all censored bad
	HighPercent    *float64       `json:"high_percent"`   // all censored good
	NotApplicable  map[string]int `json:"not_applicable"` // requests for which an SLO's metric is undefined, by SLO
	Missed         map[string]int `json:"missed"`         // successful requests that missed an SLO, by SLO
}

// Tokens are counts over the measured requests.
type Tokens struct {
	Input            *int           `json:"input"`
	Output           int            `json:"output"`
	CachedInput      *int           `json:"cached_input"`
	CachedInputShare *float64       `json:"cached_input_share"` // null where the server does not tell
	CountSources     map[string]int `json:"count_sources"`      // requests by who counted their tokens
	ITLSources       map[string]int `json:"itl_sources"`        // requests by how tokens were matched to arrivals
	PerArrival       map[string]int `json:"per_arrival"`        // arrivals by how many tokens they brought
	FinishReasons    map[string]int `json:"finish_reasons"`
	RepeatedShare    float64        `json:"repeated_input_share"` // share of the input (bytes) whose prompt had been sent before in this run
}

// Requests counts what was sent beside the measured requests, and how.
type Requests struct {
	Warmup         int `json:"warmup"`
	Filler         int `json:"filler"`
	Censored       int `json:"censored"`
	Resent         int `json:"resent"`
	NewConnections int `json:"new_connections"`
}

// Aggregate is one level over all trials: each statistic of a trial with its interval.
type Aggregate struct {
	Concurrency   *int                  `json:"concurrency"`
	ArrivalRate   *float64              `json:"arrival_rate"`
	NumRequests   int                   `json:"num_requests"` // summed over trials
	NumSuccessful int                   `json:"num_successful"`
	NumFailed     int                   `json:"num_failed"`
	Drift         *Drift                `json:"drift"`
	LengthBias    map[string]LengthBias `json:"length_bias"` // of p50, p95, p99 of TTFT, ITL, TPOT and E2E, by flat key
	Intervals     map[string]Interval   `json:"-"`           // by flat key; written beside the keys above
}

// Interval is a Student-t interval over trials.
type Interval struct {
	Mean            *float64 `json:"mean"`
	CILower         *float64 `json:"ci_lower"`
	CIUpper         *float64 `json:"ci_upper"`
	Std             *float64 `json:"std"`       // of the sample (n - 1)
	NSamples        int      `json:"n_samples"` // trials that have the statistic
	ConfidenceLevel float64  `json:"confidence_level"`
	Scale           string   `json:"scale"` // "log" for latencies, "linear" for rates and shares
	// Instrument is between which values the client's own error lets the mean lie; null where that is not known.
	Instrument *[2]float64 `json:"instrument,omitempty"`
}

// Environment is where the run took place.
type Environment struct {
	GPUs           []GPU       `json:"gpus"` // of the server, where it is known to be this machine
	Engine         *EngineInfo `json:"engine"`
	Model          *ModelInfo  `json:"model"`
	System         System      `json:"system"` // the client's
	Client         *Client     `json:"client"` // what bears on what it can measure
	SplleedVersion string      `json:"splleed_version"`
}

// GPU is one accelerator.
type GPU struct {
	Index         int     `json:"index"`
	Name          string  `json:"name"`
	VRAMMB        int     `json:"vram_mb"`
	DriverVersion *string `json:"driver_version"`
	CUDAVersion   *string `json:"cuda_version"`
}

// EngineInfo is the server as it describes itself.
type EngineInfo struct {
	Name    string  `json:"name"`
	Version *string `json:"version"`
	Managed bool    `json:"managed"`
	URL     string  `json:"url"`

	Command []string       `json:"command"` // that started a managed one, secrets struck out
	Reports map[string]any `json:"reports"` // what it says about itself, by path, without secrets

	ProbeTokens ProbeTokens `json:"probe_tokens"` // null where the server did not count
}

// ModelInfo is the model as configured.
type ModelInfo struct {
	Name         string  `json:"name"`
	Revision     *string `json:"revision"`
	Quantization *string `json:"quantization"`
	DType        *string `json:"dtype"`
}

// System is the client's machine.
type System struct {
	PythonVersion *string `json:"python_version"` // set by the Python package
	GoVersion     string  `json:"go_version"`
	Platform      string  `json:"platform"`
	Hostname      string  `json:"hostname"`
	CPUCount      int     `json:"cpu_count"`
	CPUModel      string  `json:"cpu_model"`
	MemoryGB      float64 `json:"memory_gb"`
}

// Identity says which program measured what.
type Identity struct {
	SplleedVersion string `json:"splleed_version"`
	WorkloadHash   string `json:"workload_hash"` // of all prompts, in order
	PromptCount    int    `json:"prompt_count"`
	Seed           uint64 `json:"seed"`

	BinaryHash    *string  `json:"binary_hash"`    // SHA-256 of the program that measured
	ModelRevision *string  `json:"model_revision"` // as the server tells
	ServerStarts  []string `json:"server_starts"`  // of a managed server, in order
	JournalHash   *string  `json:"journal_hash"`   // SHA-256 of the records; null where none were kept
}
