package record

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// line is a Record as the journal writes it. Stamps are nanoseconds since epoch_unix_ns, null where they never came.
type line struct {
	ID           string      `json:"id"`
	Trial        int         `json:"trial"`
	Level        int         `json:"level"`
	Concurrency  *int        `json:"concurrency"`
	ArrivalRate  *float64    `json:"arrival_rate"`
	Slot         *int        `json:"slot"`
	Prompt       int         `json:"prompt"`
	Class        string      `json:"class,omitempty"`
	Phase        Phase       `json:"phase"`
	EpochUnixNs  int64       `json:"epoch_unix_ns"`
	ScheduledNs  *Stamp      `json:"scheduled_ns"`
	SentNs       *Stamp      `json:"sent_ns"`
	SentEndNs    *Stamp      `json:"sent_end_ns"`
	HeadersNs    *Stamp      `json:"headers_ns"`
	FirstNs      *Stamp      `json:"first_arrival_ns"`
	FirstAnswer  *Stamp      `json:"first_answer_ns"`
	FinishNs     *Stamp      `json:"finish_ns"`
	FinishBound  int64       `json:"finish_bound_ns,omitempty"`
	DoneNs       *Stamp      `json:"done_ns"`
	Arrivals     [][3]int64  `json:"arrivals"` // [delta_ns, tokens, bound_ns]; the first delta counts from the epoch
	Events       []int       `json:"events,omitempty"`
	InputTokens  *Count      `json:"input_tokens"`
	CachedTokens *Count      `json:"cached_tokens"`
	OutputTokens *Count      `json:"output_tokens"`
	CountSource  CountSource `json:"count_source,omitempty"`
	ITLSource    ITLSource   `json:"itl_source,omitempty"`
	FinishReason string      `json:"finish_reason,omitempty"`
	Status       int         `json:"status,omitempty"`
	Whole        bool        `json:"whole,omitempty"`
	Stamps       StampSource `json:"stamps"`
	StampDelayNs int64       `json:"stamp_delay_ns,omitempty"` // the longest
	SentEndStamp StampSource `json:"sent_end_stamp,omitempty"` // where it is not the client's
	Resegments   int         `json:"retransmitted_segments,omitempty"`
	OutOfOrder   int         `json:"out_of_order_segments,omitempty"`
	Received     int64       `json:"received_bytes,omitempty"`
	RTTNs        int64       `json:"rtt_ns,omitempty"`
	Connected    bool        `json:"new_connection"`
	ConnectNs    int64       `json:"connect_ns,omitempty"`
	Resent       bool        `json:"resent"`
	ReusedPrompt bool        `json:"reused_prompt"`
	PromptSize   int         `json:"prompt_bytes"`
	ResponseSize int         `json:"response_bytes,omitempty"`
	RequestedMax int         `json:"max_tokens"`
	Failure      *Failure    `json:"failure"`
}

// Point names the load point of a record in the journal.
type Point struct {
	Concurrency *int
	ArrivalRate *float64
}

// Journal appends records to a writer, one NDJSON line each, in the order in which they ended, and notes of the run
// between them. Add and Note never wait for the writer: lines are written by a goroutine of the journal's own, off the
// hot path. The writer gets nothing before a measured request has ended: a run that measures nothing leaves alone what is
// written where its journal would be.
type Journal struct {
	epoch time.Time
	w     *bufio.Writer

	mu      sync.Mutex
	waiting []entry
	begun   bool // a measured request has ended
	closed  bool
	wake    *sync.Cond
	done    chan struct{}
	err     error
}

// entry is a line to write: a record or a note.
type entry struct {
	record *Record
	point  Point
	note   note
	err    error // why there is no line
}

// NewJournal starts a journal of records whose stamps count from epoch.
func NewJournal(w io.Writer, epoch time.Time) *Journal {
	j := &Journal{epoch: epoch, w: bufio.NewWriterSize(w, 1<<16), done: make(chan struct{})}
	j.wake = sync.NewCond(&j.mu)
	go j.run()
	return j
}

// Add appends a finished record.
func (j *Journal) Add(r *Record, at Point) { j.append(entry{record: r, point: at}) }

func (j *Journal) append(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(j.waiting, e)
	j.begun = j.begun || e.record != nil && e.record.Phase == Measured
	j.wake.Signal()
}

// Close writes what is left and returns the first error that writing met.
func (j *Journal) Close() error {
	j.mu.Lock()
	j.closed = true
	j.wake.Signal()
	j.mu.Unlock()
	<-j.done
	return j.err
}

func (j *Journal) run() {
	defer close(j.done)
	for batch := j.next(); batch != nil; batch = j.next() {
		for _, e := range batch {
			j.write(e)
		}
		j.met(j.w.Flush())
	}
}

// next waits for records; nil once the journal is closed and empty, or has never begun.
func (j *Journal) next() []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	for (len(j.waiting) == 0 || !j.begun) && !j.closed {
		j.wake.Wait()
	}
	if !j.begun {
		return nil
	}
	batch := j.waiting
	j.waiting = nil
	return batch
}

func (j *Journal) write(e entry) {
	data, err := e.encode(j.epoch)
	j.met(err)
	if err == nil {
		_, err = j.w.Write(append(data, '\n'))
		j.met(err)
	}
}

func (e entry) encode(epoch time.Time) ([]byte, error) {
	switch {
	case e.err != nil:
		return nil, e.err
	case e.record != nil:
		return json.Marshal(newLine(e.record, e.point, epoch))
	}
	return json.Marshal(e.note)
}

// met keeps the first error.
func (j *Journal) met(err error) {
	if j.err == nil && err != nil {
		j.err = fmt.Errorf("writing the journal, which ends there: %w", err)
	}
}

func newLine(r *Record, at Point, epoch time.Time) line {
	l := line{
		ID: r.ID, Trial: r.Trial, Level: r.Level, Concurrency: at.Concurrency, ArrivalRate: at.ArrivalRate,
		Prompt: r.Prompt, Class: r.Class, Phase: r.Phase, EpochUnixNs: epoch.UnixNano(),
		ScheduledNs: known(r.Scheduled), SentNs: known(r.Sent), SentEndNs: known(r.SentEnd), HeadersNs: known(r.Headers),
		FirstNs: known(r.Arrivals.First()), FirstAnswer: known(r.FirstAnswer), FinishNs: known(r.Finish), DoneNs: known(r.Done),
		FinishBound: int64(r.FinishBound),
		Arrivals:    [][3]int64{},
		InputTokens: known(r.InputTokens), CachedTokens: known(r.CachedTokens), OutputTokens: known(r.OutputTokens),
		CountSource: r.CountSource, ITLSource: r.ITLSource, FinishReason: r.FinishReason, Status: r.Status, Whole: r.Whole,
		Stamps: r.StampSource, StampDelayNs: int64(r.StampDelay),
		Resegments: r.TCP.Retransmitted, OutOfOrder: r.TCP.OutOfOrder, Received: r.TCP.Received, RTTNs: int64(r.TCP.RTT),
		Connected: r.Connected, ConnectNs: int64(r.Connect), Resent: r.Resent, ReusedPrompt: r.ReusedPrompt,
		PromptSize: r.PromptSize, ResponseSize: r.ResponseSize, RequestedMax: r.RequestedMax, Failure: r.Failure,
	}
	if r.Slot >= 0 {
		l.Slot = &r.Slot
	}
	if r.SentEndSource != StampUser {
		l.SentEndStamp = r.SentEndSource
	}
	last := Stamp(0)
	for a := range r.Arrivals.All() {
		l.Arrivals = append(l.Arrivals, [3]int64{int64(a.At - last), int64(a.Tokens), int64(a.Bound)})
		l.Events = append(l.Events, a.Events)
		last = a.At
	}
	return l
}

// known is nil for a stamp or count that is not known.
func known[T Stamp | Count](v T) *T {
	if v < 0 {
		return nil
	}
	return &v
}

func (l line) record() *Record {
	r := &Record{
		ID: l.ID, Trial: l.Trial, Level: l.Level, Slot: -1, Prompt: l.Prompt, Class: l.Class, Phase: l.Phase,
		Scheduled: orUnknown(l.ScheduledNs), Sent: orUnknown(l.SentNs), SentEnd: orUnknown(l.SentEndNs),
		Headers: orUnknown(l.HeadersNs), FirstAnswer: orUnknown(l.FirstAnswer), Finish: orUnknown(l.FinishNs), Done: orUnknown(l.DoneNs),
		FinishBound: time.Duration(l.FinishBound),
		InputTokens: orUnknown(l.InputTokens), CachedTokens: orUnknown(l.CachedTokens), OutputTokens: orUnknown(l.OutputTokens),
		CountSource: l.CountSource, ITLSource: l.ITLSource, FinishReason: l.FinishReason, Status: l.Status, Whole: l.Whole,
		StampSource: l.Stamps, StampDelay: time.Duration(l.StampDelayNs),
		TCP:       TCP{l.Resegments, l.OutOfOrder, l.Received, time.Duration(l.RTTNs)},
		Connected: l.Connected, Connect: time.Duration(l.ConnectNs), Resent: l.Resent, ReusedPrompt: l.ReusedPrompt,
		PromptSize: l.PromptSize, ResponseSize: l.ResponseSize, RequestedMax: l.RequestedMax, Failure: l.Failure,
	}
	r.SentEndSource = cmp.Or(l.SentEndStamp, StampUser)
	if l.Slot != nil {
		r.Slot = *l.Slot
	}
	at := Stamp(0)
	for i, a := range l.Arrivals {
		at += Stamp(a[0])
		events := 1
		if i < len(l.Events) {
			events = l.Events[i]
		}
		r.Arrivals.Append(Arrival{At: at, Tokens: int(a[1]), Events: events, Bound: time.Duration(a[2])})
	}
	return r
}

func orUnknown[T Stamp | Count](p *T) T {
	if p == nil {
		return -1
	}
	return *p
}
