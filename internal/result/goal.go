package result

// Goal is what a level had to meet, and whether it did: a limit on a percentile, or on the share of good requests. Either
// way it allows a share of samples to miss. Its figures are those of all requests that were offered, over all trials.
type Goal struct {
	Goal    string  `json:"goal"` // as it was written: "ttft_p99=500"
	Verdict Verdict `json:"verdict"`

	Value *float64 `json:"value"` // the percentile in ms, or the percentage of good requests; null beyond the timeout, and where nothing was measured
	Limit float64  `json:"limit"`
	// Trials is the interval of the value over trials; null with one, and where an end is endless.
	Trials *[2]float64 `json:"trials"`
	// Bounds are the ends between which the value lies, whatever the client missed, and whatever would have become of
	// requests that were cut off; null where one is endless.
	Bounds *[2]float64 `json:"bounds"`

	Missed     float64 `json:"missed"`      // share of the samples
	MissedLow  float64 `json:"missed_low"`  // its interval
	MissedHigh float64 `json:"missed_high"` //
	Allowed    float64 `json:"allowed"`     // share of the samples that may miss
	Samples    int     `json:"samples"`

	ConfidenceLevel float64 `json:"confidence_level"` // of the intervals
	ESS             float64 `json:"ess"`              // effective samples: so many independent ones would tell as much
	Needed          int     `json:"needed,omitempty"` // samples that would likely decide; 0 where they do, or nobody can tell
	Note            string  `json:"note,omitempty"`   // why it is undecided
}

// Verdict is that on all goals of the level; "" without any, as has a level of one trial of several.
func (l *Level) Verdict() Verdict {
	var worst Verdict
	for _, g := range l.Goals {
		worst = WorstVerdict(worst, g.Verdict)
	}
	return worst
}

// WorstVerdict is that on several gates together: they fail if one does, and pass if all do; "" of none.
func WorstVerdict(verdicts ...Verdict) Verdict {
	rank := map[Verdict]int{Pass: 1, Undecided: 2, Fail: 3}
	var worst Verdict
	for _, v := range verdicts {
		if rank[v] > rank[worst] {
			worst = v
		}
	}
	return worst
}
