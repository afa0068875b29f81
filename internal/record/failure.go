package record

// FailureType names why a request failed. The names are those of results and journals.
type FailureType string

// The types of failure (METRICS: "Failures").
const (
	Connect           FailureType = "connect"
	TLS               FailureType = "tls"
	TimeoutConnect    FailureType = "timeout_connect"
	TimeoutFirstToken FailureType = "timeout_first_token"
	TimeoutIdle       FailureType = "timeout_idle"
	TimeoutTotal      FailureType = "timeout_total"
	HTTP4xx           FailureType = "http_4xx"
	HTTP5xx           FailureType = "http_5xx"
	RateLimited       FailureType = "rate_limited"
	Reset             FailureType = "reset"
	Truncated         FailureType = "truncated"
	InBandError       FailureType = "in_band_error"
	Malformed         FailureType = "malformed"
	Empty             FailureType = "empty"
	Cancelled         FailureType = "cancelled"
	Unsent            FailureType = "unsent"
)

// Failure is why one request failed. It is an error, so that transports and decoders can return it.
type Failure struct {
	Type    FailureType `json:"type"`
	Message string      `json:"message"`
	Own     bool        `json:"own,omitempty"` // it is this machine's: no file, port or memory was left for a connection
}

func (f *Failure) Error() string { return string(f.Type) + ": " + f.Message }
