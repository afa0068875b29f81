package main

import "math"

// served is the server's truth about one request, in Unix nanoseconds by the kernel's stamps.
type served struct {
	ID       int
	Received int64   // the request's last byte came in
	Sent     []int64 // each event went out
}

// truth is all that a server did.
type truth struct {
	Requests  []served
	Unstamped int // requests and events whose time is the server's clock, for want of a stamp
}

// span is from the first request to the last event.
func (t truth) span() (begun, ended int64) {
	begun = math.MaxInt64
	for _, r := range t.Requests {
		begun, ended = min(begun, r.Received), max(ended, r.Sent[len(r.Sent)-1])
	}
	return begun, ended
}

// latencies are in milliseconds, of all requests together.
func (t truth) latencies() (ttft, itl []float64) {
	for _, r := range t.Requests {
		ttft = append(ttft, ms(r.Sent[0]-r.Received))
		for i := 1; i < len(r.Sent); i++ {
			itl = append(itl, ms(r.Sent[i]-r.Sent[i-1]))
		}
	}
	return ttft, itl
}

// heard is a client's view of one request, in Unix nanoseconds by its own reckoning.
type heard struct {
	ID        int
	Scheduled int64
	Sent      int64
	Arrivals  []arrival
}

// arrival is tokens that came together.
type arrival struct {
	At, Bound int64
	Tokens    int
}

// outcome is what came of a client's run.
type outcome struct {
	Requests []heard
	Failed   int
	Failure  string  // one of them
	Events   int     // that came
	CPU      float64 // seconds, of the whole process, while the load ran
	Wall     float64 // seconds
	Mallocs  uint64  // while the load ran
	Logged   int     // bytes of the logs of arrivals; 0 for a client without
	Idle     int     // bytes of process memory that the streams took while all were waiting for a first token
}
