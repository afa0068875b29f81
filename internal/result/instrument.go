package result

// Grade says how far a number can be trusted to be about the server and not about the client that measured it.
type Grade string

// The grades, from best to worst.
const (
	OK       Grade = "ok"
	Degraded Grade = "degraded"
	Invalid  Grade = "invalid"
)

// Worst is the worst of grades; OK of none.
func Worst(grades ...Grade) Grade {
	rank := map[Grade]int{OK: 0, Degraded: 1, Invalid: 2}
	worst := OK
	for _, g := range grades {
		if rank[g] > rank[worst] {
			worst = g
		}
	}
	return worst
}

// Instrument is what the client itself may have added to a level's numbers.
type Instrument struct {
	Grade     Grade    `json:"grade"`       // the worst of all metrics and all checks
	Reasons   []string `json:"reasons"`     // in words, the gravest first; empty where the grade is ok
	Transport string   `json:"transport"`   // "epoll" or "portable"
	Stamps    string   `json:"stamps"`      // "kernel", "user" or "mixed"
	Delay     *Summary `json:"stamp_delay"` // the longest from kernel stamp to the client's look, of each request with kernel stamps
	Lag       *Summary `json:"stamp_lag"`   // how late stamps may be by what was measured beside the load; null where that was not
	Lateness  *Summary `json:"lateness"`    // sent - the moment when only the client still held the request back: due, and below the cap
	Coalesced int      `json:"coalesced"`   // arrivals whose read completed more than one event
	Merged    int      `json:"merged"`      // of these, those whose events may have come apart: they carry a bound

	Calibration *Calibration `json:"calibration"` // null unless asked for
}

// Error is the instrument's own error on one metric: between which ends its statistics lie, whatever the client missed.
type Error struct {
	Grade    Grade    `json:"grade"`
	Reasons  []string `json:"reasons"` // empty where the grade is ok
	Served   Ends     `json:"served"`
	Offered  *Ends    `json:"offered,omitempty"`
	Response *Ends    `json:"response,omitempty"`
	Service  *Ends    `json:"service,omitempty"`
}

// Ends are [low, high] of each statistic of a Summary, in milliseconds; null where there is none.
type Ends struct {
	Mean *[2]float64 `json:"mean"`
	P50  *[2]float64 `json:"p50"`
	P90  *[2]float64 `json:"p90"`
	P95  *[2]float64 `json:"p95"`
	P99  *[2]float64 `json:"p99"`
	P999 *[2]float64 `json:"p99_9"`
}

// EndsNames are the statistics of Ends, by their JSON names.
var EndsNames = []string{"p50", "p90", "p95", "p99", "p99_9", "mean"}

// At is the ends of a statistic by its JSON name. Nil where there are none.
func (e Ends) At(name string) *[2]float64 {
	switch name {
	case "mean":
		return e.Mean
	case "p50":
		return e.P50
	case "p90":
		return e.P90
	case "p95":
		return e.P95
	case "p99":
		return e.P99
	case "p99_9":
		return e.P999
	}
	return nil
}
