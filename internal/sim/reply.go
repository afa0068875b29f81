package sim

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"
)

// format is how one API writes a response. Payloads are appended to dst; nothing appended means no event.
type format interface {
	header(http.Header)
	opening(dst []byte) []byte // before the first token
	role(dst []byte) []byte    // an event that carries no token
	token(dst []byte, e event) []byte
	closing(dst []byte, c counts) []byte // after the last token
	done() string                        // what ends the stream, beside its end; "" for nothing
	whole(dst, text []byte, c counts) []byte
}

// event is tokens that are sent together.
type event struct {
	text  []byte
	total int // tokens so far, these included
	last  bool
}

// counts are the server's own, for usage.
type counts struct {
	input, output, cached int
	cachedKnown           bool
}

// shape is how events are written.
type shape struct {
	field    string // before each payload: "data: "
	eol      string
	comment  string // a line before each event
	done     string
	perEvent int           // tokens at least
	bytes    int           // of the JSON of an event with tokens, at least
	perWrite int           // events
	split    time.Duration // pause in the middle of a write
}

// reply is a response under way: what the API says, in the shape that faults leave it, with the truth noted.
type reply struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	ctx   context.Context
	api   api
	ask   ask
	form  format
	shape shape
	truth *truth
	tally *tally

	words        words
	buf          []byte // events that are not written yet
	payload      []byte // scratch
	text         []byte // scratch
	tokens       []int  // of the events in buf
	sent         int    // tokens
	total        int    // tokens to send
	counts       counts
	strikes      []Fault // that wait for their token
	blank        bool    // the next event has no text
	finishReason string
	err          error // of the first write that did not succeed
}

// apply puts a fault in its place. False ends the response.
func (r *reply) apply(f Fault) bool {
	k := kinds[f.Kind]
	if !r.ask.stream && !k.whole || k.openAI && r.form.done() == "" {
		return true // not noted: nothing happens
	}
	if k.at != nil {
		r.strikes = append(r.strikes, f)
		return true
	}
	r.note(f)
	if k.shape != nil {
		k.shape(&r.shape, f)
		return true
	}
	return k.head(r, f)
}

// note books a fault that strikes.
func (r *reply) note(f Fault) {
	r.truth.faults = append(r.truth.faults, f.Kind)
	r.tally.strike(f.Kind)
}

// begin sends the headers of a stream: servers do that before there is a token.
func (r *reply) begin() {
	h := r.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	if r.form != nil {
		r.form.header(h)
	}
	r.truth.Headers = time.Now().UnixNano()
	r.truth.Status = http.StatusOK
	r.w.WriteHeader(http.StatusOK)
	r.rc.Flush()
}

// stream sends tokens as they come.
func (r *reply) stream(f flow, details bool) {
	r.begin()
	for held := 0; r.sent < r.total; {
		n, err := f.next(r.ctx)
		if err != nil {
			return
		}
		held += n
		if last := r.sent+held >= r.total; held < r.shape.perEvent && !last {
			continue
		}
		if !r.strike(held) {
			r.flush()
			return
		}
		r.send(held)
		held = 0
	}
	if details {
		r.counts.cached, r.counts.cachedKnown = f.cached()
	}
	r.close()
}

// strike lets the faults act that are due before n more tokens. False ends the response.
func (r *reply) strike(n int) bool {
	waiting := r.strikes[:0]
	for _, f := range r.strikes {
		if r.sent < f.After && r.sent+n < r.total {
			waiting = append(waiting, f)
			continue
		}
		r.note(f)
		r.flush() // what was sent before is out by now
		if !kinds[f.Kind].at(r, f) {
			return false
		}
	}
	r.strikes = waiting
	return r.ctx.Err() == nil
}

// send sends an event of n tokens.
func (r *reply) send(n int) {
	if r.sent == 0 {
		r.put(r.form.opening(r.payload[:0]), 0)
	}
	r.sent += n
	r.text = r.words.append(r.text[:0], n)
	if r.blank {
		r.text, r.blank = r.text[:0], false
	}
	r.put(padded(r.form.token(r.payload[:0], event{r.text, r.sent, r.sent == r.total}), r.shape.bytes), n)
	if len(r.tokens) >= r.shape.perWrite {
		r.flush()
	}
}

// padded is an object of JSON at least as long as it is to be: a field that nobody reads is its last.
func padded(object []byte, size int) []byte {
	if len(object) >= size {
		return object
	}
	const open, end = `,"padding":"`, `"}`
	object = append(object[:len(object)-1], open...)
	for len(object)+len(end) < size {
		object = append(object, ' ')
	}
	return append(object, end...)
}

// finish ends a response that has no content.
func (r *reply) finish() {
	r.put(r.form.opening(r.payload[:0]), 0)
	r.put(r.form.token(r.payload[:0], event{nil, 0, true}), 0)
	r.close()
}

// close sends what comes after the tokens, and ends the stream.
func (r *reply) close() {
	r.counts.output = r.sent
	r.flush()
	r.put(r.form.closing(r.payload[:0], r.counts), 0)
	if r.shape.done != "" {
		r.put([]byte(r.shape.done), 0)
	}
	r.flush()
	r.truth.Done = r.err == nil
}

// put adds an event to the next write. The first of a write may be of no tokens, as a role is.
func (r *reply) put(payload []byte, tokens int) {
	if len(payload) == 0 {
		return
	}
	if cap(payload) > cap(r.payload) {
		r.payload = payload[:0]
	}
	if r.shape.comment != "" {
		r.buf = append(append(append(r.buf, r.shape.comment...), r.shape.eol...), r.shape.eol...)
	}
	r.buf = append(append(r.buf, r.shape.field...), payload...)
	r.buf = append(append(r.buf, r.shape.eol...), r.shape.eol...)
	if tokens > 0 {
		r.tokens = append(r.tokens, tokens)
	}
}

// flush writes what was put, in one write of one HTTP chunk, and notes when.
func (r *reply) flush() {
	if len(r.buf) == 0 {
		return
	}
	before := time.Now().UnixNano()
	if half := len(r.buf) / 2; r.shape.split > 0 {
		r.write(r.buf[:half])
		r.wait(r.shape.split)
		r.write(r.buf[half:])
	} else {
		r.write(r.buf)
	}
	r.sentTokens(before, r.tokens)
	r.buf, r.tokens = r.buf[:0], r.tokens[:0]
}

// sentTokens books a write that held events of these tokens.
func (r *reply) sentTokens(before int64, tokens []int) {
	n := 0
	for _, k := range tokens {
		n += k
	}
	_, isComputed := r.form.(computed) // no token, though the model takes a step for it
	if since, first := r.truth.since(before); n > 0 && !isComputed {
		r.tally.send(n, first, since)
	}
	r.truth.sent(before, time.Now().UnixNano(), tokens)
}

func (r *reply) write(p []byte) {
	_, err := r.w.Write(p)
	if err == nil {
		err = r.rc.Flush()
	}
	if r.err == nil {
		r.err = err
	}
}

// answer sends all tokens at once, when the last is there.
func (r *reply) answer(f flow, details bool) {
	for r.sent < r.total {
		n, err := f.next(r.ctx)
		if err != nil || !r.strike(n) {
			return
		}
		r.sent += n
		r.text = r.words.append(r.text, n)
	}
	r.counts.output = r.sent
	if details {
		r.counts.cached, r.counts.cachedKnown = f.cached()
	}
	before := time.Now().UnixNano()
	r.body(http.StatusOK, "application/json", r.form.whole(nil, r.text, r.counts))
	r.sentTokens(before, []int{r.sent})
	r.truth.Done = r.err == nil
}

// body sends a whole response.
func (r *reply) body(status int, contentType string, body []byte) {
	h := r.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	r.truth.Headers = time.Now().UnixNano()
	r.truth.Status = status
	r.w.WriteHeader(status)
	r.write(body)
}

func (r *reply) refuse(no *refusal) { r.api.refuse(r, no) }

// failInBand ends a stream with an error object, as servers do whose status is already out.
func (r *reply) failInBand(Fault) bool {
	no := &refusal{http.StatusInternalServerError, "failed on demand", "InternalServerError", ""}
	r.put(r.api.failure(no), 0)
	if r.shape.done != "" {
		r.put([]byte(r.shape.done), 0)
	}
	return false
}

// wait is false where the client has gone meanwhile.
func (r *reply) wait(d time.Duration) bool {
	return sleep(r.ctx, time.NewTimer(d)) == nil
}

// reset ends the connection with RST in place of FIN.
func (r *reply) reset() {
	conn, _, err := r.rc.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
