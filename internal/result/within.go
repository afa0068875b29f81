package result

// Within is what one run by itself says about a percentile: an interval from batches of successive requests, or of
// blocks of time for ITL and ICL. It is not about what another run would show: that takes trials (Aggregate).
type Within struct {
	Lower         *float64 `json:"lower"`                    // null where there is no interval
	Upper         *float64 `json:"upper"`                    // null where there is none, and beyond the timeout where there is a lower one
	ESS           float64  `json:"ess"`                      // effective sample size: so many independent samples would tell as much
	TooCorrelated bool     `json:"too_correlated,omitempty"` // dependence lasts too long for this run: no interval
}
