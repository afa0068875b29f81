package result

// ComparisonSchemaVersion is that of a Comparison, raised as SchemaVersion is.
const ComparisonSchemaVersion = 1

// Comparison is how B stands against A.
type Comparison struct {
	SchemaVersion   int     `json:"comparison_schema_version"`
	A               Arm     `json:"a"`
	B               Arm     `json:"b"`
	Unit            string  `json:"unit"`             // what inference rests on: "server start", or "trial" where an arm has fewer than 3
	About           string  `json:"about"`            // what verdicts are about: "servers", or "these two processes"
	ConfidenceLevel float64 `json:"confidence_level"` // of intervals and verdicts
	Margin          float64 `json:"margin"`           // relative differences within it are "same"
	// What the runs do not have in common. Load makes their figures answers to different questions.
	LoadDifferences  []Difference    `json:"load_differences"`
	SetupDifferences []Difference    `json:"setup_differences"`
	Levels           []ComparedLevel `json:"levels"`
	Gates            []Gate          `json:"gates"`
	Verdict          Verdict         `json:"verdict,omitempty"` // of all gates; "" without any
	Warnings         []string        `json:"warnings"`
}

// Arm is one of two results that are compared.
type Arm struct {
	Name      string `json:"name"`
	Engine    string `json:"engine"`
	Version   string `json:"version,omitempty"`
	Model     string `json:"model"`
	Simulated bool   `json:"simulated,omitempty"`
	Trials    int    `json:"trials"`
	Starts    int    `json:"starts"` // of the server
}

// ComparedLevel is one load point that both arms have.
type ComparedLevel struct {
	Concurrency *int       `json:"concurrency"`
	ArrivalRate *float64   `json:"arrival_rate"`
	Metrics     []Contrast `json:"metrics"`
}

// Verdict is what can be said of a difference or a limit, given how much figures vary from start to start.
type Verdict string

// The verdicts.
const (
	Better    Verdict = "better"
	Worse     Verdict = "worse"
	Same      Verdict = "same" // the difference is inside the margin
	Undecided Verdict = "undecided"
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
)

// Contrast is one metric of one level in both arms. A ratio of 1.05 is 5 % more in B.
type Contrast struct {
	Metric string   `json:"metric"` // "ttft_p99"
	Better string   `json:"better"` // which way is: "lower" or "higher"
	A      *float64 `json:"a"`      // geometric mean over the units; null where one is beyond all measure
	B      *float64 `json:"b"`
	NA     int      `json:"n_a"` // units
	NB     int      `json:"n_b"`
	Ratio  *float64 `json:"ratio"` // b / a
	Low    *float64 `json:"ratio_low"`
	High   *float64 `json:"ratio_high"`

	P            *float64 `json:"p"`              // Welch's, on logarithms
	PHolm        *float64 `json:"p_holm"`         // the same for one of so many
	PMannWhitney *float64 `json:"p_mann_whitney"` // exact
	PPaired      *float64 `json:"p_paired"`       // Student's, where starts were taken in pairs
	PSame        *float64 `json:"p_same"`         // that the difference is inside the margin

	Verdict Verdict `json:"verdict"`
	// ProcessVerdict is what the trials say of these very processes, where starts are too few to speak of the servers.
	ProcessVerdict Verdict `json:"process_verdict,omitempty"`
	Needed         int     `json:"needed,omitempty"` // units an arm that would likely decide; 0 where decided, or more than can be told
	Note           string  `json:"note,omitempty"`
}

// Gate is a limit on a ratio at one level, and whether it holds.
type Gate struct {
	Gate        string   `json:"gate"` // as it was written: "ttft_p99<=+5%"
	Concurrency *int     `json:"concurrency"`
	ArrivalRate *float64 `json:"arrival_rate"`
	Ratio       *float64 `json:"ratio"`
	Bound       *float64 `json:"bound"`   // one-sided, of the ratio, on the side of the limit
	Limit       float64  `json:"limit"`   // of the ratio
	P           *float64 `json:"p"`       // that the limit holds
	PBroken     *float64 `json:"p_holm"`  // that it is broken, adjusted for the number of gates
	Verdict     Verdict  `json:"verdict"` // pass, fail or undecided
	Needed      int      `json:"needed,omitempty"`
	Note        string   `json:"note,omitempty"`
}

// Difference is something that two runs do not have in common.
type Difference struct {
	What string `json:"what"` // a path in the configuration, or "engine.version"
	A    string `json:"a"`    // "" for none
	B    string `json:"b"`
}

// ReportedVersion is the version that the engine reports, "" where it does not.
func (e *EngineInfo) ReportedVersion() string {
	if e == nil || e.Version == nil {
		return ""
	}
	return *e.Version
}
