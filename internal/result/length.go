package result

// LengthBias is how a percentile of a trial depends on how long trials are.
type LengthBias struct {
	Half     *float64 `json:"half"` // relative change if trials were half as long: mean of both halves / whole - 1
	Lower    *float64 `json:"ci_lower"`
	Upper    *float64 `json:"ci_upper"`
	NSamples int      `json:"n_samples"` // trials
}
