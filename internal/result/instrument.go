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
	Grade     Grade    `json:"grade"`                     // the worst of all metrics and all checks
	Reasons   []string `json:"reasons"`                   // in words, the gravest first; empty where the grade is ok
	Transport string   `json:"transport"`                 // "epoll", "portable" or "http2"
	Loops     int      `json:"loops"`                     // event loops of epoll; 0 for the others
	GC        string   `json:"gc"`                        // what was chosen for Go's garbage collector while the level ran; "" for nothing
	Stamps    string   `json:"stamps"`                    // "kernel", "user" or "mixed"
	Departed  *float64 `json:"transmit_stamps,omitempty"` // share of the requests that were sent whose sent_end is the kernel's; where asked for
	Delay     *Summary `json:"stamp_delay"`               // the longest from kernel stamp to the client's look, of each request with kernel stamps
	Lag       *Summary `json:"stamp_lag"`                 // how late stamps may be by what was measured beside the load; null where that was not
	Lateness  *Summary `json:"lateness"`                  // sent - the moment when only the client still held the request back: due, and below the cap
	Coalesced int      `json:"coalesced"`                 // arrivals whose read completed more than one event
	Merged    int      `json:"merged"`                    // of these, those whose events may have come apart: they carry a bound

	Calibration *Calibration `json:"calibration"` // null unless asked for

	Loss     *Loss        `json:"loss"`   // null where the kernel does not count by connection
	Client   *ClientState `json:"client"` // null where nothing watched
	Clocks   *Clocks      `json:"clocks"`
	Stimulus Stimulus     `json:"stimulus"`
	Path     Path         `json:"path"`
	Backlog  *Backlog     `json:"backlog"` // open loop
}

// Loss is what TCP had to make good on the connections of the measured requests, each from its sending to its end.
type Loss struct {
	Requests      int `json:"requests"`               // that any of it befell
	Retransmitted int `json:"retransmitted_segments"` // that the client sent again
	OutOfOrder    int `json:"out_of_order_segments"`  // that came after later ones: one had been lost, or was overtaken
}

// ClientState is what went on in the client and its machine while the level ran. Null is what the system does not tell.
type ClientState struct {
	DurationSec       float64  `json:"duration_sec"`
	CPUCores          *float64 `json:"cpu_cores"`            // CPU time used / time: 1 is a core
	RunDelayShare     *float64 `json:"run_delay_share"`      // of the time in which its threads were fit to run, that in which they waited for a core
	RunDelayMs        *float64 `json:"run_delay_ms"`         // the same, in all threads together
	RunDelayMeanMs    *float64 `json:"run_delay_mean_ms"`    // the same, by how often a thread got a core
	StealShare        *float64 `json:"steal_share"`          // of all cores' time, what the hypervisor gave to others
	ThrottledMs       *float64 `json:"throttled_ms"`         // for which a cgroup's quota kept it from running
	GCPauseMaxMs      *float64 `json:"gc_pause_max_ms"`      // 0 where none
	HeartbeatCPUs     []int    `json:"heartbeat_cpus"`       // the busiest cores, two at most, that serve the network's interrupts; each has a thread that wakes every ms
	HeartbeatP99Ms    *float64 `json:"heartbeat_p99_ms"`     // how late these woke
	HeartbeatMaxMs    *float64 `json:"heartbeat_max_ms"`     //
	HeartbeatCores    *float64 `json:"heartbeat_cpu_cores"`  // what that cost
	SoftirqDelayMaxMs *float64 `json:"softirq_delay_max_ms"` // the most that the kernel's network threads waited for a core within 10 ms
	SoftnetSqueezed   *int     `json:"softnet_squeezed"`     // times that the kernel put off reading packets
	SoftnetDropped    *int     `json:"softnet_dropped"`
	RcvPruned         *int     `json:"receive_queue_pruned"` // of the machine, as are the following
	RcvCollapsed      *int     `json:"receive_queue_collapsed"`
	Retransmits       *int     `json:"retransmitted_segments"`
}

// Clocks is what is known of the clocks that the stamps count on.
type Clocks struct {
	Source      *string  `json:"source"`       // "tsc"
	BracketUs   *float64 `json:"bracket_us"`   // the widest pair of readings that the wall clock was read between
	JitterUs    *float64 `json:"jitter_us"`    // the most by which it moved against the monotonic clock from one sample to the next
	Steps       int      `json:"steps"`        // times that the wall clock was set
	SlewPPM     *float64 `json:"slew_ppm"`     // of the monotonic clock against the hardware's
	SuspendedMs *float64 `json:"suspended_ms"` // for which the machine slept
}

// Stimulus is the load that was sent, against the one that was asked for. Sends are held against the moments when only the
// client still held them back: due, and below the cap.
type Stimulus struct {
	Delivered           *float64 `json:"delivered"`            // rate of sends / rate of moments; open loop
	ScheduledDispersion *float64 `json:"scheduled_dispersion"` // standard deviation of the gaps between moments / their mean; open loop
	Dispersion          *float64 `json:"dispersion"`           // the same of sends
	MeanGapMs           *float64 `json:"mean_gap_ms"`          // between moments; open loop
	InFlightTarget      *int     `json:"in_flight_target"`     // closed loop
	InFlight            *float64 `json:"in_flight"`            // mean over the window; making the connection is in it
	OwnFailures         int      `json:"own_failures"`         // requests for which this machine had no file, port or memory left
	OutputOfAsked       *float64 `json:"output_of_asked"`      // output tokens of the successes / the most that they asked for
}

// Path is the way between client and server.
type Path struct {
	Kind           string   `json:"kind"`                // "loopback", "veth", "nic", "virtual", "unknown"; "proxied": through a proxy, to which the rest is about
	Interface      string   `json:"interface,omitempty"` // of the client
	Driver         string   `json:"driver,omitempty"`    // of that
	ThreadedNAPI   bool     `json:"threaded_napi"`       // threads of the kernel read its packets, and may wait for a core
	NewConnections *float64 `json:"new_connections"`     // share of the requests that made their connection

	SharedConnections int      `json:"shared_connections,omitempty"` // HTTP/2: so many were there for all streams when the level ended
	DelayedAck        *float64 `json:"delayed_ack,omitempty"`        // share of gaps of 38 to 46 ms, where they stand out: Nagle's algorithm against delayed ACKs
}

// Backlog is how the requests in the system grew over the window of an open loop.
type Backlog struct {
	SlopePerSec float64 `json:"slope_per_sec"` // requests a second
	Unstable    *bool   `json:"unstable"`      // it grows without end; null where the window is too short to tell
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
