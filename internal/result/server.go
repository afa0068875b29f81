package result

// Server is a level as the server itself saw it, by its Prometheus endpoint, beside what the client saw.
type Server struct {
	Engine        string  `json:"engine"`         // whose names its metrics have: "vllm"
	Scrapes       int     `json:"scrapes"`        // answers
	Failed        int     `json:"failed"`         // questions without one
	FailedExample string  `json:"failed_example"` // why the last of them has none
	ScrapeMeanMs  float64 `json:"scrape_mean_ms"` // from question to answer: what a scrape may cost the server
	ScrapeMaxMs   float64 `json:"scrape_max_ms"`
	Resets        int     `json:"resets"` // counters fell: the server started anew, and what it counts is less than it did

	// The stretch of time of counters and latencies: from the last scrape before the window to the first after it, in
	// seconds from t0. Null where several trials are pooled.
	FromSec *float64 `json:"from_sec"`
	ToSec   *float64 `json:"to_sec"`

	Gauges               map[string]Gauge         `json:"gauges"`   // running, waiting, kv_cache_usage …: by scrapes in the window
	Counters             map[string]float64       `json:"counters"` // growth over the stretch
	PrefixCacheHitRate   *float64                 `json:"prefix_cache_hit_rate"`
	SpecDecodeAcceptance *float64                 `json:"spec_decode_acceptance"`
	Latencies            map[string]ServerLatency `json:"latencies"` // ttft, itl, tpot, e2e, queue_time
	// Tokens of the whole level, warm-up and filler included: prompt_tokens, generation_tokens. Empty where scrapes do not reach
	// from before its first request to after its last: the run was stopped, or the server did not answer.
	Tokens map[string]ServerCount `json:"tokens"`

	Disagreements []string      `json:"disagreements"` // in words: where the two views differ by more than 5 %
	Series        *ServerSeries `json:"series"`        // null where several trials are pooled
}

// Gauge is a quantity that goes up and down.
type Gauge struct {
	N     int      `json:"n"` // scrapes within the window
	Mean  *float64 `json:"mean"`
	Max   *float64 `json:"max"`
	Start *float64 `json:"start"` // at the stretch's first scrape
	End   *float64 `json:"end"`   // at its last
}

// ServerLatency is one of the server's own latencies over the stretch, and ours of the same events. Ours counts from
// when a request was sent, and holds warm-up and filler where they are in the stretch.
type ServerLatency struct {
	N      int             `json:"n"`
	MeanMs *float64        `json:"mean_ms"`
	P50    *BucketQuantile `json:"p50"`
	P95    *BucketQuantile `json:"p95"`
	P99    *BucketQuantile `json:"p99"`

	ClientN      int      `json:"client_n"`
	ClientMeanMs *float64 `json:"client_mean_ms"`
	Difference   *float64 `json:"difference"` // client mean / server mean - 1
}

// BucketQuantile is a quantile of a histogram: sure is only the bucket. High is null for one without an upper bound.
type BucketQuantile struct {
	Ms     float64  `json:"ms"`
	LowMs  float64  `json:"low_ms"`
	HighMs *float64 `json:"high_ms"`
}

// ServerCount is what both counted.
type ServerCount struct {
	Server float64 `json:"server"`
	Client float64 `json:"client"`
	Exact  bool    `json:"exact"` // no request was cut off or failed, and the server was at rest before and after: they should be equal
}

// ServerSeries is all scrapes of a level, from before its load to after it.
type ServerSeries struct {
	TimeSec []float64             `json:"time_sec"` // from t0
	Values  map[string][]*float64 `json:"values"`   // by quantity; counters from their first value on
}

// GPUUse is what the server's GPUs did during a level, as nvidia-smi or a DCGM exporter tell.
type GPUUse struct {
	Source        string  `json:"source"`         // "nvidia-smi" or "dcgm"
	Readings      int     `json:"readings"`       // answers
	Failed        int     `json:"failed"`         // questions without one
	FailedExample string  `json:"failed_example"` // why the last of them has none
	ReadingMeanMs float64 `json:"reading_mean_ms"`
	ReadingMaxMs  float64 `json:"reading_max_ms"`

	// Of all GPUs: utilization_pct (their mean), power_w and memory_mib (their sum); where there are several also of each:
	// gpu0_power_w.
	Gauges map[string]Gauge `json:"gauges"`

	PowerW               *float64      `json:"power_w"`                 // mean over the window: by counters of energy where there are some
	JoulesPerOutputToken *float64      `json:"joules_per_output_token"` // that power over the output tokens per second of the window
	Series               *ServerSeries `json:"series"`                  // null where several trials are pooled
}
