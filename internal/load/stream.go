package load

import (
	"slices"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/prefetch"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/transport"
)

// stream is the transport.Sink of one request: it decodes what arrives and fills the record.
type stream struct {
	exchange transport.Exchange
	rec      *record.Record
	decoder  dialect.Decoder
	level    interface {
		finish(*record.Record, func(*record.Record))
	}
	then func(*record.Record) // the level's, for its finish

	// What every event needs is here, since with thousands of streams a record is not in the processor's cache.
	read      arrival       // what the read at hand has brought so far
	finished  arrival       // when the last content or finish reason came
	answered  record.Stamp  // when the first text of the answer came; 0 while none has
	arrivals  arrivals      // what every read brought, until the counts are known
	delay     time.Duration // the longest from a kernel stamp to the client's look
	size      int           // bytes of the payloads
	running   running
	refused   bool // the status says that this is no answer
	reasoning bool // the server separates reasoning from the answer
	answer    bool // the read at hand brought text of the answer
	finish    bool // the read at hand brought content or a finish reason
	computed  bool // the response holds a result that is not generated
	complete  bool // the response said that it is complete
	active    bool
	ownStamps bool            // not all arrivals have the kernel's stamp
	failure   *record.Failure // what the payloads told; outranks what the transport says
	usage     dialect.Usage
}

// Touch is prefetch.Chain's: the stream, what it points to, and what its decoder does.
func (s *stream) Touch(depth int) (sum byte) {
	switch depth {
	case 0:
		return prefetch.Object(s)
	case 1:
		sum = s.arrivals.tail()
	}
	if d, ok := s.decoder.(prefetch.Chain); ok {
		sum += d.Touch(depth - 1)
	}
	return sum
}

func (s *stream) Sent(begin, end time.Duration, how transport.Sending) {
	if !how.Resend { // the clock runs on
		s.rec.Sent = record.At(begin)
	}
	s.rec.SentEnd, s.rec.SentEndSource = record.At(end), record.StampUser
	s.rec.Connected, s.rec.Connect, s.rec.Resent = how.NewConnection, how.Connect, how.Resend
}

func (s *stream) Left(at time.Duration) {
	s.rec.SentEnd, s.rec.SentEndSource = record.At(at), record.StampKernel
}

func (s *stream) Headers(at time.Duration, status int) {
	s.rec.Headers, s.rec.Status = record.At(at), status
	s.refused = status >= 300
}

// Payload decodes one payload. Bodies of error statuses are the transport's to report.
func (s *stream) Payload(p []byte) {
	s.size += len(p)
	if s.refused || s.failure != nil {
		return
	}
	d, err := s.decoder.Decode(p)
	switch {
	case err != nil:
		s.failure = &record.Failure{Type: record.Malformed, Message: err.Error()}
	case d.Error != "":
		s.failure = &record.Failure{Type: record.InBandError, Message: d.Error}
	default:
		s.take(d)
	}
}

func (s *stream) take(d dialect.Delta) {
	switch d.Content {
	case dialect.Text:
		s.read.text++
		s.answer = true
	case dialect.Reasoning:
		s.read.text++
		s.reasoning = true
	case dialect.Blank:
		s.read.blank++
	case dialect.Computed:
		s.computed = true
	}
	s.read.tokens += d.Tokens
	if d.Content != dialect.None {
		s.read.steps += s.running.step(d)
	}
	if d.Usage.Known {
		s.usage = d.Usage
	}
	if d.Finish != "" {
		s.rec.FinishReason = d.Finish
	}
	s.complete = s.complete || d.Done || d.Finish != ""
	s.finish = s.finish || d.Finish != "" || d.Content != dialect.None
	s.active = s.active || d.Content == dialect.Text || d.Content == dialect.Reasoning || d.Tokens > 0
}

// Arrived stamps what the last read brought.
func (s *stream) Arrived(a transport.Arrival) {
	stamp := record.At(a.At)
	if s.finish {
		s.finished.at, s.finished.bound = stamp, a.Bound
	}
	if s.answer && s.answered == 0 {
		s.answered = stamp
	}
	if s.read != (arrival{}) {
		s.read.at, s.read.bound = stamp, a.Bound
		s.arrivals.add(s.read)
	}
	if s.read != (arrival{}) || s.computed { // what was computed is no arrival, but its stamp is all that there is
		s.delay = max(s.delay, a.Delay)
		s.ownStamps = s.ownStamps || !a.Kernel
	}
	s.read, s.finish, s.answer = arrival{}, false, false
}

func (s *stream) Carried(c record.TCP) { s.rec.TCP = c }

func (s *stream) Active() bool { return s.active }

// Done settles the record: token counts, and whether the request succeeded.
func (s *stream) Done(at time.Duration, failure *record.Failure) {
	s.rec.ResponseSize = s.size
	s.rec.Done, s.rec.StampDelay = record.At(at), s.delay
	if s.finished != (arrival{}) {
		s.rec.Finish, s.rec.FinishBound = s.finished.at, s.finished.bound
	}
	if s.reasoning && s.answered > 0 {
		s.rec.FirstAnswer = s.answered
	}
	if (s.arrivals.n > 0 || s.computed) && !s.ownStamps {
		s.rec.StampSource = record.StampKernel
	}
	settle(s.rec, &s.arrivals, s.usage, s.running.always())
	s.rec.Failure = s.verdict(failure)
	s.arrivals = arrivals{}
	s.level.finish(s.rec, s.then)
}

func (s *stream) verdict(failure *record.Failure) *record.Failure {
	switch {
	case s.failure != nil:
		return s.failure
	case failure != nil && s.complete && unending(failure.Type):
		// All had come: the server hung up, in whatever way, or fell silent, without the end of the HTTP body.
	case failure != nil:
		return failure
	case !s.complete && s.size == 0 && !s.rec.Whole:
		return &record.Failure{Type: record.Malformed, Message: "the response held no event of a stream: was it one?"}
	case !s.complete:
		return &record.Failure{Type: record.Truncated, Message: "the stream ended without a finish reason and without [DONE]"}
	}
	if s.rec.Arrivals.Len() == 0 && s.rec.OutputTokens <= 0 && !s.computed {
		return &record.Failure{Type: record.Empty, Message: "the response finished without content"}
	}
	return nil
}

// unending reports a failure that only says that the HTTP body did not end as it should.
func unending(f record.FailureType) bool {
	return slices.Contains([]record.FailureType{record.Truncated, record.Reset, record.TimeoutIdle, record.TimeoutTotal}, f)
}

// running notices servers that report usage with every text (continuous usage): its steps are exact token counts. Events
// without text may lack it, as the last one does with SGLang: their tokens are in the next step.
type running struct{ with, without, last int }

// step is by how many tokens usage grew since the last content.
func (r *running) step(d dialect.Delta) int {
	if !d.Usage.Known {
		if d.Content != dialect.Blank {
			r.without++
		}
		return 0
	}
	r.with++
	grown := max(d.Usage.Output-r.last, 0)
	r.last = d.Usage.Output
	return grown
}

func (r *running) always() bool { return r.with > 1 && r.without == 0 }
