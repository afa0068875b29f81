package load

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/transport"
)

// told is the level of a single stream: it is only told of the end.
type told func()

func (f told) finish(*record.Record, func(*record.Record)) { f() }

// feed plays reads, 10 ms apart, each of payloads separated by commas, and returns the settled record.
func feed(failure *record.Failure, reads ...string) *record.Record {
	s := &stream{rec: record.New(), decoder: toy{}, level: told(func() {})}
	s.rec.RequestedMax = 20
	s.Headers(0, 200)
	at := time.Duration(0)
	for _, read := range reads {
		at += 10 * time.Millisecond
		for p := range strings.SplitSeq(read, ",") {
			s.Payload([]byte(p))
		}
		s.Arrived(transport.Arrival{At: at, Bound: time.Millisecond})
	}
	s.Done(at, failure)
	return s.rec
}

// tokens writes arrivals as "ms:tokens".
func tokens(r *record.Record) string {
	var all []string
	for a := range r.Arrivals.All() {
		all = append(all, fmt.Sprintf("%d:%d", time.Duration(a.At)/time.Millisecond, a.Tokens))
	}
	return strings.Join(all, " ")
}

func TestTokensPerArrival(t *testing.T) {
	check := func(what, reads, arrivals string, source record.CountSource, itl record.ITLSource, count record.Count) {
		t.Helper()
		r := feed(nil, strings.Split(reads, "|")...)
		if tokens(r) != arrivals || r.CountSource != source || r.ITLSource != itl || r.OutputTokens != count {
			t.Errorf("%s: %s from %s, itl from %s, %d tokens; want %s from %s, %s, %d",
				what, tokens(r), r.CountSource, r.ITLSource, r.OutputTokens, arrivals, source, itl, count)
		}
	}
	check("one token an event", "text|text|text|finish,usage 3", "10:1 20:1 30:1", "usage", "tokens", 3)
	check("two events in one read", "text|text,text|finish,usage 3", "10:1 20:2", "usage", "tokens", 3)
	check("four tokens an event", "text|text|text|finish,usage 12", "10:4 20:4 30:4", "usage", "chunks", 12)
	check("uneven", "text|text|text|finish,usage 4", "10:2 20:1 30:1", "usage", "chunks", 4)
	check("more events than tokens", "text|text|text|text|finish,usage 2", "10:1 20:0 30:1 40:0", "usage", "chunks", 2)
	check("blanks are tokens, by usage", "text|blank|text|finish,usage 3", "10:1 20:1 30:1", "usage", "tokens", 3)
	check("blanks are none, by usage", "text|blank|text|finish,usage 2", "10:1 30:1", "usage", "tokens", 2)
	check("a leading blank waits for text", "blank|text|finish,usage 2", "20:2", "usage", "tokens", 2)
	check("token ids", "ids 2|ids 3|finish,usage 5", "10:2 20:3", "usage", "tokens", 5)
	check("token ids without usage", "ids 2|ids 3|finish", "10:2 20:3", "token_ids", "tokens", 5)
	check("running usage", "running 2|running 7|finish,usage 7", "10:2 20:5", "usage", "tokens", 7)
	check("running usage, but for the end", "running 2|running 7|blank|finish,usage 7", "10:2 20:5", "usage", "tokens", 7) // SGLang's chat
	check("running usage that begins before there is text", "usage 1|running 1|running 2|finish,usage 2", "20:1 30:1", "usage", "tokens", 2)
	check("usage that runs back takes no token away", "running 5|running 3|running 6|finish,usage 6", "10:5 20:0 30:3", "usage", "tokens", 6)
	check("usage with the last text only", "text|running 2|finish", "10:1 20:1", "usage", "tokens", 2)
	check("usage that cannot be", "text|text|finish,usage 2001", "10:1 20:1", "events", "tokens", 2)
	check("running usage that cannot be", "running 1000000000|running 2000000000|finish", "10:1 20:1", "events", "tokens", 2)
	check("running usage that comes to its senses", "running 1000000000|running 2|finish", "10:1 20:1", "usage", "tokens", 2)
	check("no usage", "text|blank|text|finish", "10:1 30:1", "events", "tokens", 2)
}

func TestVerdict(t *testing.T) {
	check := func(reads string, transport, want *record.Failure) {
		t.Helper()
		got := feed(transport, strings.Split(reads, "|")...).Failure
		if (got == nil) != (want == nil) || got != nil && got.Type != want.Type {
			t.Errorf("%s, transport %v: failure %v, want %v", reads, transport, got, want)
		}
	}
	as := func(f record.FailureType) *record.Failure { return &record.Failure{Type: f} }
	check("text|finish|done", nil, nil)
	check("text|finish", nil, nil) // some servers never send [DONE]
	check("text|done", nil, nil)
	check("text|text", nil, as(record.Truncated))
	check("text|finish", as(record.Truncated), nil)
	check("text", as(record.Truncated), as(record.Truncated))
	check("text|finish", as(record.Reset), nil)
	check("text|finish|done", as(record.Reset), nil)
	check("text", as(record.Reset), as(record.Reset))
	check("text|error", nil, as(record.InBandError))
	check("text|error|done", as(record.Reset), as(record.InBandError))
	check("text|bad|finish|done", nil, as(record.Malformed))
	check("finish|done", nil, as(record.Empty))
	check("blank|finish,usage 1", nil, nil) // a token without text: generated, though nothing to see
	check("blank|finish,usage 0", nil, as(record.Empty))
	check("text", as(record.TimeoutIdle), as(record.TimeoutIdle))
	check("text|finish|done", as(record.TimeoutIdle), nil)
	if got := feed(nil).Failure; got == nil || got.Type != record.Malformed { // a web page, say
		t.Errorf("no event at all: failure %v, want malformed", got)
	}
}

func TestStamps(t *testing.T) {
	r := feed(nil, "think", "think,text", "text", "finish", "usage 4", "done")
	if r.FirstAnswer != record.At(20*time.Millisecond) {
		t.Errorf("first answer at %d, want 20 ms", r.FirstAnswer)
	}
	if r.Finish != record.At(40*time.Millisecond) || r.Done != record.At(60*time.Millisecond) {
		t.Errorf("finish at %d, done at %d, want 40 and 60 ms", r.Finish, r.Done)
	}
	if r := feed(nil, "text", "think", "text", "finish"); r.FirstAnswer != record.At(10*time.Millisecond) {
		t.Errorf("first answer at %d, before reasoning at 10 ms", r.FirstAnswer)
	}
	if r := feed(nil, "think", "finish"); r.FirstAnswer.Set() {
		t.Error("a stream of reasoning alone has a first answer")
	}
	if r := feed(nil, "text", "finish"); r.FirstAnswer.Set() {
		t.Error("a stream without reasoning has a first answer")
	}
}

// A request that was sent again counts from the first time.
func TestResendKeepsTheClockRunning(t *testing.T) {
	s := &stream{rec: record.New(), decoder: toy{}, level: told(func() {})}
	s.Sent(10*time.Millisecond, 11*time.Millisecond, transport.Sending{})
	s.Sent(20*time.Millisecond, 21*time.Millisecond, transport.Sending{NewConnection: true, Connect: time.Millisecond, Resend: true})
	r := s.rec
	if r.Sent != record.At(10*time.Millisecond) || r.SentEnd != record.At(21*time.Millisecond) || !r.Resent || r.Connect != time.Millisecond {
		t.Errorf("sent from %d to %d, resent %v, connected in %v", r.Sent, r.SentEnd, r.Resent, r.Connect)
	}
}
