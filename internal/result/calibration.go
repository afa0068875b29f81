package result

// Calibration is what splleed made of a server that knows the truth, under the load of a level, on the same machine.
type Calibration struct {
	Before *Replay `json:"before"` // the load as planned, before the run; null where it did not work
	After  *Replay `json:"after"`  // the load as observed, after the run
}

// Replay is one such play.
type Replay struct {
	Transport        string   `json:"transport"`
	Streams          int      `json:"streams"`          // in flight at a time; of an open loop, connections made ahead
	RequestsPerSec   *float64 `json:"requests_per_sec"` // of an open loop
	Requests         int      `json:"requests"`
	Failed           int      `json:"failed"`
	Events           int      `json:"events"`
	TokensPerRequest int      `json:"tokens_per_request"`
	TokensPerEvent   int      `json:"tokens_per_event"`
	EventBytes       int      `json:"event_bytes"` // that events were padded to; 0 for the server's own size
	TTFTMs           float64  `json:"ttft_ms"`     // medians of the server's script
	ITLMs            float64  `json:"itl_ms"`

	TTFT       ReplayError `json:"ttft"`
	ITL        ReplayError `json:"itl"`
	E2E        ReplayError `json:"e2e"`
	TruthP99Ms float64     `json:"truth_p99_ms"` // how long the server's writes took: what the truth is unsure of
}

// ReplayError is measured less true.
type ReplayError struct {
	N      int     `json:"n"`
	BiasMs float64 `json:"bias_ms"` // its mean
	P99Ms  float64 `json:"p99_ms"`  // of its size
}
