package sim

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"time"
)

// truth is a line of the log: what the server did for one request, by its own clock, in Unix nanoseconds.
type truth struct {
	ID           string     `json:"id"`      // X-Request-Id, else one that the server made
	Ordinal      int64      `json:"ordinal"` // of all generation requests, from 1
	Path         string     `json:"path"`
	InFlight     int64      `json:"in_flight"` // generation requests at receipt, this one included
	Received     int64      `json:"received_unix_ns"`
	Headers      int64      `json:"headers_unix_ns"` // right before they were sent; 0 where none were
	Status       int        `json:"status"`
	PromptTokens int        `json:"prompt_tokens"`
	Events       [][3]int64 `json:"events"` // [right before the write, right after it, tokens]; events in one write share its times
	Done         bool       `json:"done"`   // the response was sent to its end
	Ended        int64      `json:"ended_unix_ns"`
	Fault        string     `json:"fault"` // kinds that struck, joined by "+"
	faults       []string
}

// since is how long after the tokens before, or after receipt, something was sent; first where there were none before.
func (t *truth) since(at int64) (since time.Duration, first bool) {
	if n := len(t.Events); n > 0 {
		return time.Duration(at - t.Events[n-1][0]), false
	}
	return time.Duration(at - t.Received), true
}

// sent notes a write that held events of these tokens.
func (t *truth) sent(before, after int64, tokens []int) {
	for _, n := range tokens {
		t.Events = append(t.Events, [3]int64{before, after, int64(n)})
	}
}

// truthLog writes truths, off the path of requests.
type truthLog struct {
	lines chan *truth
	done  chan error
}

func newTruthLog(w io.Writer) *truthLog {
	l := &truthLog{lines: make(chan *truth, 4096), done: make(chan error, 1)}
	go func() { l.done <- l.write(w) }()
	return l
}

// write writes until the channel is closed, and goes on taking truths where writing fails.
func (l *truthLog) write(w io.Writer) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(buf)
	for t := range l.lines {
		t.Fault = strings.Join(t.faults, "+")
		encoder.Encode(t) // a Writer's first error is its last, too
		if len(l.lines) == 0 {
			buf.Flush()
		}
	}
	return buf.Flush()
}

func (l *truthLog) close() error {
	close(l.lines)
	return <-l.done
}
