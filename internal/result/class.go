package result

// Class is a part of the load by itself: one class of a mix, or the probes beside the load.
type Class struct {
	NumRequests   int                 `json:"num_requests"`
	NumSuccessful int                 `json:"num_successful"`
	NumFailed     int                 `json:"num_failed"`
	Failures      map[string]Failures `json:"failures"`
	Metrics       map[string]Metric   `json:"metrics"` // as those of the level
	Goodput       *Goodput            `json:"goodput"` // null without an SLO
}
