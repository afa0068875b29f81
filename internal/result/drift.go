package result

// Drift is how a level changed from trial to trial, in the order of time: trials that drift are no repetitions.
type Drift struct {
	Verdict string `json:"verdict"` // Drifts, NoDrift, or NotTestable
	// Trends are of the medians of TTFT, TPOT and E2E and of the output tokens per second, by key, where every trial has them.
	Trends map[string]Trend `json:"trends"`
}

// Trend of one statistic.
type Trend struct {
	PerTrial *float64 `json:"per_trial"` // relative change from one trial to the next: 0.02 is 2 % more
	P        *float64 `json:"p"`         // of there being none; adjusted for being one of several (Holm)
}

// Verdicts on drift.
const (
	Drifts      = "drift" // some trend is beyond chance, and more than 1 % over all trials
	NoDrift     = "none"
	NotTestable = "not_testable" // fewer than five trials
)
