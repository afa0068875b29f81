package result

// Precision is how a run went that was to go on until its intervals are narrow enough.
type Precision struct {
	PilotTrials int      `json:"pilot_trials"` // they fixed the spread, and with it the number of trials
	Trials      int      `json:"trials"`       // needed for all targets; 0 before the pilot was through
	MaxTrials   int      `json:"max_trials"`
	Verdict     string   `json:"verdict"` // "reached"; "unreachable": more trials than allowed; "unfinished": the run ended before
	Targets     []Target `json:"targets"`
}

// Target is one statistic at one level, with its interval by Stein's two stages, on the log scale.
type Target struct {
	Stat        string   `json:"stat"`  // a key of statistics: "ttft_p99_ms"
	Level       string   `json:"level"` // "concurrency 8"
	Concurrency *int     `json:"concurrency"`
	ArrivalRate *float64 `json:"arrival_rate"`
	Wanted      float64  `json:"wanted"`     // relative half-width
	HalfWidth   *float64 `json:"half_width"` // as it is: upper / estimate - 1
	Needed      *int     `json:"needed"`     // trials
	Estimate    *float64 `json:"estimate"`   // geometric mean over trials
	Lower       *float64 `json:"lower"`
	Upper       *float64 `json:"upper"`
}

// Precision verdicts.
const (
	Reached     = "reached"
	Unreachable = "unreachable"
	Unfinished  = "unfinished"
)

// StatNamed is the statistic that people call "ttft_p99", "e2e_p50", "throughput" (output tokens per second) or
// "request_throughput", or by its key. False where there is none.
func StatNamed(name string) (Stat, bool) {
	full := map[string]string{"throughput": "output_tokens_per_sec", "request_throughput": "requests_per_sec", "goodput": "goodput_pct"}[name]
	for _, s := range Stats {
		if s.Key == name || s.Key == name+"_ms" || s.Key == full {
			return s, true
		}
	}
	if rest, ok := trimE2E(name); ok {
		return StatNamed(rest)
	}
	return Stat{}, false
}

// trimE2E gives the statistics of 0.1 that spell it e2el.
func trimE2E(name string) (string, bool) {
	if len(name) > 4 && name[:4] == "e2e_" {
		return "e2el_" + name[4:], true
	}
	return name, false
}
