package sim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong on demand.
type Fault struct {
	Kind  string // a name of FaultKinds
	Every int    // strike every n-th generation request, counted from 1, refused ones and warm-up included; 0 means all
	// After is how many tokens are sent before a fault in mid-stream; 0 means the kind's default, -1 before the first.
	// A fault that would come too late strikes before the last event: it never fails to.
	After int
	Delay time.Duration // of kinds that wait; 0 means the kind's default
	N     int           // of kinds that group: how many tokens or events; 0 means the kind's default
}

// kind is a line of the table of faults. A fault acts in one of three places.
type kind struct {
	about    string
	defaults Fault // for After, Delay and N
	whole    bool  // strikes responses that aren't streamed, too
	openAI   bool  // strikes only where the API has roles and [DONE]

	head  func(r *reply, f Fault) bool // before the headers; false ends the response
	shape func(w *shape, f Fault)      // how events are written
	at    func(r *reply, f Fault) bool // once, After tokens into the stream; false ends the response
}

// kinds are the faults. Adding one adds an entry.
var kinds = map[string]kind{
	"http_400": status(http.StatusBadRequest, "BadRequestError"),
	"http_429": status(http.StatusTooManyRequests, "RateLimitError"),
	"http_500": status(http.StatusInternalServerError, "InternalServerError"),
	"late_headers": {about: "headers come delay late, and what is there by then with them", whole: true,
		defaults: Fault{Delay: time.Second},
		head:     func(r *reply, f Fault) bool { return r.wait(f.Delay) }},

	"hang": {about: "silence after `after` tokens (none), for ever", whole: true,
		defaults: Fault{After: -1},
		at:       func(r *reply, _ Fault) bool { <-r.ctx.Done(); return false }},
	"stall": {about: "the event after `after` tokens comes delay late, with what is there by then", whole: true,
		defaults: Fault{After: 2, Delay: time.Second},
		at:       func(r *reply, f Fault) bool { return r.wait(f.Delay) }},
	"reset": {about: "the TCP connection is reset after `after` tokens", whole: true,
		defaults: Fault{After: 2},
		at:       func(r *reply, _ Fault) bool { r.reset(); return false }},
	"cut": {about: "the TCP connection is closed after `after` tokens, inside the HTTP body", whole: true,
		defaults: Fault{After: 2},
		at:       func(*reply, Fault) bool { panic(http.ErrAbortHandler) }},
	"truncate": {about: "the HTTP body ends well after `after` tokens, without finish reason or [DONE]",
		defaults: Fault{After: 2},
		at:       func(*reply, Fault) bool { return false }},
	"in_band_error": {about: "an error object after `after` tokens, inside the 200 stream",
		defaults: Fault{After: 2},
		at:       (*reply).failInBand},
	"malformed": {about: "an event of broken JSON after `after` tokens",
		defaults: Fault{After: 2},
		at:       func(r *reply, _ Fault) bool { r.put([]byte(`{"id":"cmpl-`), 0); return true }},
	"empty": {about: "the response finishes without content",
		defaults: Fault{After: -1},
		at:       func(r *reply, _ Fault) bool { r.finish(); return false }},
	"blank_token": {about: "the event after `after` tokens (none) has no text, but usage counts its tokens",
		defaults: Fault{After: -1},
		at:       func(r *reply, _ Fault) bool { r.blank = true; return true }},
	"role_only": {about: "an event without a token, as before the first one of a chat, after `after` tokens (none)", openAI: true,
		defaults: Fault{After: -1},
		at:       func(r *reply, _ Fault) bool { r.put(r.form.role(nil), 0); return true }},

	"group":    {about: "n tokens (4) in an event", defaults: Fault{N: 4}, shape: func(w *shape, f Fault) { w.perEvent = f.N }},
	"coalesce": {about: "n events (3) in a write", defaults: Fault{N: 3}, shape: func(w *shape, f Fault) { w.perWrite = f.N }},
	"split": {about: "every event in two TCP segments, delay (1ms) apart", defaults: Fault{Delay: time.Millisecond},
		shape: func(w *shape, f Fault) { w.split = f.Delay }},
	"no_done":  {about: "no [DONE] at the end", openAI: true, shape: func(w *shape, _ Fault) { w.done = "" }},
	"no_space": {about: "data: without a space", shape: func(w *shape, _ Fault) { w.field = "data:" }},
	"crlf":     {about: "lines end in CR LF", shape: func(w *shape, _ Fault) { w.eol = "\r\n" }},
	"comment":  {about: "a comment before every event, as servers send to keep a connection", shape: func(w *shape, _ Fault) { w.comment = ":" }},
}

func status(code int, errorType string) kind {
	return kind{about: fmt.Sprintf("refused with %d", code), whole: true, head: func(r *reply, _ Fault) bool {
		r.refuse(&refusal{status: code, message: "refused on demand", kind: errorType})
		return false
	}}
}

// FaultKinds are the names of all faults with what each does, in words.
func FaultKinds() map[string]string {
	about := map[string]string{}
	for name, k := range kinds {
		about[name] = k.about
	}
	return about
}

// ParseFault reads "kind" or "kind:every=3,after=2,delay=500ms,n=4", in which every part after the kind may be missing.
func ParseFault(text string) (Fault, error) {
	name, rest, _ := strings.Cut(text, ":")
	f := Fault{Kind: name}
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r == ',' }) {
		key, value, _ := strings.Cut(part, "=")
		if err := f.set(key, value); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	return f, f.Check()
}

func (f *Fault) set(key, value string) (err error) {
	switch key {
	case "every":
		f.Every, err = strconv.Atoi(value)
	case "after":
		f.After, err = strconv.Atoi(value)
	case "n":
		f.N, err = strconv.Atoi(value)
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("no such setting: %q (every, after, delay, n)", key)
	}
	return err
}

// Check says what is wrong with a fault.
func (f Fault) Check() error {
	if _, ok := kinds[f.Kind]; !ok {
		return fmt.Errorf("no such fault: %q (%s)", f.Kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	if f.Every < 0 || f.After < -1 || f.Delay < 0 || f.N < 0 {
		return fmt.Errorf("fault %q: negative setting", f.Kind)
	}
	return nil
}

// orDefault fills what is not set with the kind's defaults.
func (f Fault) orDefault() Fault {
	def := kinds[f.Kind].defaults
	if f.After == 0 {
		f.After = def.After
	}
	if f.Delay == 0 {
		f.Delay = def.Delay
	}
	if f.N == 0 {
		f.N = def.N
	}
	return f
}

// strikes reports whether a configured fault is meant for the request of the given ordinal.
func (f Fault) strikes(ordinal int64) bool { return f.Every == 0 || ordinal%int64(f.Every) == 0 }
