package result

// EarlyStopping is a bound on a percentile as MLPerf's LoadGen makes it, from all requests at once.
type EarlyStopping struct {
	Upper      *float64 `json:"upper"`      // ms; null with fewer requests than Needed, and beyond the timeout where Rank is more than 0
	Rank       int      `json:"rank"`       // it is the so manieth largest sample; 0 where there is none
	Needed     int      `json:"needed"`     // requests for there to be one
	Confidence float64  `json:"confidence"` // if its assumption holds
	Assumes    string   `json:"assumes"`    // always IIDOnly
}

// IIDOnly marks what holds for independent samples of one distribution only. Requests at a busy server are not.
const IIDOnly = "iid-only"
