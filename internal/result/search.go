package result

// Search is what a search found: the highest load that meets the goals. The levels that it tried are the results of its
// run, in ascending order.
type Search struct {
	Over  string   `json:"over"` // "arrival_rate" or "concurrency"
	Goals []string `json:"goals"`
	// Load is the highest that passed; null where none did.
	Load      *float64 `json:"load"`
	Confirmed bool     `json:"confirmed"` // it passed again in a fresh trial; false where the search was stopped before
	// Low is the highest load up to it that clearly passed, High the lowest beyond it that clearly failed; null where none.
	Low     *float64      `json:"low"`
	High    *float64      `json:"high"`
	Bounded bool          `json:"bounded"` // some load failed; otherwise Load is only the highest that was tried
	Probes  []SearchProbe `json:"probes"`  // in the order in which they ran
}

// Load is what a search or a sweep varies: the arrival rate of an open loop, else the concurrency.
func (l *Level) Load() float64 {
	switch {
	case l.ArrivalRate != nil:
		return *l.ArrivalRate
	case l.Concurrency != nil:
		return float64(*l.Concurrency)
	}
	return 0
}

// SearchProbe is one load that was tried.
type SearchProbe struct {
	Load     float64   `json:"load"`
	Requests int       `json:"requests"` // that the verdict rests on
	Planned  int       `json:"planned"`
	Verdict  string    `json:"verdict"` // "passes", "leans to pass", "leans to fail", "fails"
	Unstable bool      `json:"unstable"`
	Confirms bool      `json:"confirms"` // a fresh trial of a load that had passed
	Misses   []float64 `json:"misses"`   // by goal: the share of samples that missed
	Allowed  []float64 `json:"allowed"`  // by goal: the share that may
}

// Sweep is what a sweep over a grid of loads shows.
type Sweep struct {
	Over string `json:"over"` // "arrival_rate" or "concurrency"
	// Knee is the load where output throughput over mean E2E latency is largest: beyond it latency grows faster than
	// throughput. With several trials it is their geometric mean, with an interval that reaches to the next loads of the grid;
	// without one where a trial has no maximum inside the grid. Null where none has.
	Knee   *Interval    `json:"knee"`
	Pareto []ParetoLoad `json:"pareto"` // every load, ascending
}

// ParetoLoad is a load as a trade of throughput for interactivity.
type ParetoLoad struct {
	Load                float64  `json:"load"`
	OutputTokensPerSec  *float64 `json:"output_tokens_per_sec"`
	TokensPerSecPerUser *float64 `json:"tokens_per_sec_per_user"` // 1 / TPOT p50
	Optimal             bool     `json:"optimal"`                 // no other load is better in both
}
