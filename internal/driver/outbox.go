package driver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
)

// backlog is how many events may wait for a slow reader.
const backlog = 256

// outbox is the one writer: events from any goroutine leave as whole lines, in the order in which they came.
type outbox struct {
	lines   chan []byte
	written chan struct{}
}

// newOutbox starts writing to w. When w takes no more, lost is called, once, and later events go nowhere.
func newOutbox(w io.Writer, lost func()) *outbox {
	o := &outbox{lines: make(chan []byte, backlog), written: make(chan struct{})}
	go o.write(w, lost)
	return o
}

func (o *outbox) write(w io.Writer, lost func()) {
	defer close(o.written)
	buf := bufio.NewWriter(w)
	dead := false
	for line := range o.lines {
		if dead {
			continue // senders must not block on a reader that is gone
		}
		buf.Write(line)
		err := buf.WriteByte('\n') // a bufio.Writer keeps its first error
		if len(o.lines) == 0 {
			err = buf.Flush()
		}
		if err != nil {
			dead = true
			lost()
		}
	}
}

// close waits until all events are written. Nothing may be sent after it.
func (o *outbox) close() {
	close(o.lines)
	<-o.written
}

// send waits for room, so that no event is lost.
func (o *outbox) send(event any) { o.lines <- encode(event) }

// offer drops the event when the reader lags: progress must not hold up what it tells of.
func (o *outbox) offer(event any) {
	select {
	case o.lines <- encode(event):
	default:
	}
}

func encode(event any) []byte {
	line, err := json.Marshal(event)
	if err != nil {
		line, _ = json.Marshal(newFault(failed, err.Error()))
	}
	return line
}

// records makes an event of every line of the journal that is written to it: a record, or a note of the run.
type records struct {
	out  *outbox
	part []byte // of a line whose end is still to come
}

func (r *records) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, whole := bytes.Cut(p, []byte{'\n'})
		r.part = append(r.part, line...)
		if !whole {
			return n, nil
		}
		kind := "record"
		if bytes.HasPrefix(r.part, []byte(`{"type":`)) {
			kind = "note"
		}
		r.out.lines <- append(append([]byte(`{"type":"`+kind+`","`+kind+`":`), r.part...), '}')
		r.part, p = r.part[:0], rest
	}
}
