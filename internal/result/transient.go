package result

// Transient says whether a level was in a steady state over its window, or in one after a beginning that is unlike the
// rest. It changes no other figure. With several trials it is that of their mean.
type Transient struct {
	Verdict string `json:"verdict"` // the worst of the series: Steady, StartsOff, NoSteadyState
	// Series are in_flight, ttft (ms, by the order of requests) and output_tokens_per_sec, those that were measured.
	Series map[string]Unsteadiness `json:"series"`
}

// Unsteadiness is the beginning of one series over the window.
type Unsteadiness struct {
	Verdict string  `json:"verdict"`
	Cut     float64 `json:"cut"`  // share of the window to leave out for the mean of the rest to be known best; noise, too, has such a place
	Mean    float64 `json:"mean"` // of the whole window
	Bias    float64 `json:"bias"` // of that by what would be cut: mean of the whole window less that of the rest
}

// Verdicts on a window.
const (
	Steady        = "steady"          // or so nearly that the mean is off by less than 1 %
	StartsOff     = "transient"       // the beginning is unlike the rest, which is steady
	NoSteadyState = "no_steady_state" // the level changes after the first third as well
)
