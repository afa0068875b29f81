// Package record holds what is known of one request: raw stamps and raw counts, nothing computed.
//
// Every metric is a pure function of records, so it can be computed again, from memory or from the journal.
// All times are nanoseconds since the run's epoch, on a monotonic clock, kept in steps of 100 ns.
package record

import "time"

// Stamp is a moment: nanoseconds since the run's epoch. Unset where the moment never came.
type Stamp int64

// Unset marks a moment that never came.
const Unset Stamp = -1

// At converts a duration since the epoch, in steps of 100 ns.
func At(d time.Duration) Stamp { return Stamp(d / Tick * Tick) }

const Tick = 100 * time.Nanosecond

// Set reports whether the moment came.
func (s Stamp) Set() bool { return s >= 0 }

// Sub is the duration from t to s.
func (s Stamp) Sub(t Stamp) time.Duration { return time.Duration(s - t) }

// Phase says which part a request played in its level.
type Phase string

// The phases, in the order in which a level passes through them.
const (
	Warmup   Phase = "warmup"   // brings the server to full swing; never measured
	Measured Phase = "measured" // scheduled in the window
	Filler   Phase = "filler"   // keeps the load up until the last measured request has ended
	Probe    Phase = "probe"    // beside the load, to see what a small request meets
)

// Record is one request. A Record that the load executor has finished is not changed again.
type Record struct {
	ID     string // unique in the run; sent to the server as X-Request-Id
	Trial  int    // 0-based
	Level  int    // index of the level in the run's ascending order
	Slot   int    // closed loop: which of the N slots; open loop: -1
	Prompt int    // index of the prompt
	Class  string // name of its part of a mix; "" without one
	Phase  Phase

	Scheduled Stamp // when the load wanted it to start
	Sent      Stamp // first byte handed to the kernel
	SentEnd   Stamp // last byte accepted by the kernel
	Headers   Stamp // status line and headers complete
	Finish    Stamp // last content or finish event
	Done      Stamp // the response ended, or failed

	Connected bool          // a new connection was made for it
	Connect   time.Duration // what making it took, before Sent: look-up, TCP, TLS; 0 without one
	Resent    bool          // sent again since a reused connection died before any response byte
	Status    int           // HTTP status; 0 without one
	Whole     bool          // the response was to come in one piece: when its tokens were made is not known

	Arrivals     Arrivals      // generated content, in order
	FinishBound  time.Duration // how long before Finish that may really have come
	FirstAnswer  Stamp         // first text that is not reasoning; Unset where the server does not separate them
	InputTokens  Count         // as the server reports them
	CachedTokens Count         // of the input tokens, those from the server's prefix cache
	OutputTokens Count         // generated tokens; CountSource says who counted
	CountSource  CountSource
	ITLSource    ITLSource
	FinishReason string
	Failure      *Failure      // nil for a success
	StampSource  StampSource   // the kernel where all arrivals have its stamp, or the answer that was computed has
	StampDelay   time.Duration // the longest from a kernel stamp to the client's look
	TCP          TCP           // on its connection, from Sent to Done

	SentEndSource StampSource // the kernel where SentEnd is when the last byte left, not when it was accepted
	ReusedPrompt  bool        // its prompt was sent before in this run
	PromptSize    int         // bytes
	ResponseSize  int         // bytes of its events, without what frames them
	RequestedMax  int         // max_tokens asked for
}

// TCP is what the kernel counted on a connection in the time of one request. The zero value says that it did not count.
type TCP struct {
	Retransmitted int           // segments that went out again
	OutOfOrder    int           // segments that came in after later ones: one had been lost, or was overtaken
	Received      int64         // bytes, as they came over the wire
	RTT           time.Duration // round trip, smoothed, at the end
}

// Count is a number of tokens; Unknown where nobody counted.
type Count int

// Unknown marks a count that nobody made.
const Unknown Count = -1

// Known reports whether somebody counted.
func (c Count) Known() bool { return c >= 0 }

// OrZero is the count, 0 where nobody counted: for sums.
func (c Count) OrZero() int { return max(0, int(c)) }

// CountSource says who counted the output tokens, from most to least trusted.
type CountSource string

// The sources of output token counts.
const (
	FromUsage    CountSource = "usage"     // the server's usage object
	FromTokenIDs CountSource = "token_ids" // token ids in the stream
	FromEvents   CountSource = "events"    // one token per event with content: a guess
	FromNobody   CountSource = "unknown"   // a response in one piece, without a word on its tokens
)

// ITLSource says how tokens were matched to arrivals.
type ITLSource string

// How tokens are matched to arrivals.
const (
	ITLTokens ITLSource = "tokens" // every arrival's tokens are known
	ITLChunks ITLSource = "chunks" // only the sum is known: spread evenly over the events
)

// StampSource says where arrival stamps come from.
type StampSource string

// The sources of arrival stamps.
const (
	StampUser   StampSource = "user"   // read by the client right after the read
	StampKernel StampSource = "kernel" // taken by the kernel when the segment came in
)

// New returns a Record in which nothing has happened yet.
func New() *Record {
	return &Record{
		Slot: -1, Scheduled: Unset, Sent: Unset, SentEnd: Unset, Headers: Unset, Finish: Unset, Done: Unset, FirstAnswer: Unset, SentEndSource: StampUser,
		InputTokens: Unknown, CachedTokens: Unknown, OutputTokens: Unknown, StampSource: StampUser,
	}
}

// OK reports whether the request ended as a success.
func (r *Record) OK() bool { return r.Failure == nil }
