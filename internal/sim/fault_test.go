package sim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// struck is what a fault did to a response of five tokens, at 50, 70, 90, 110 and 130 ms.
type struck struct {
	heard
	log truth
}

// faultChecks says of every kind what it must look like from outside.
var faultChecks = map[string]struct {
	spec  string // beside the kind
	check func(s struck) error
}{
	"http_400":     {"", hasStatus(400)},
	"http_429":     {"", hasStatus(429)},
	"http_500":     {"", hasStatus(500)},
	"late_headers": {"delay=80ms", func(s struck) error { return all(s.head == 80*ms, tokensAt(s, 80, 80, 90, 110, 130), ends(s, true)) }},
	"stall":        {"delay=50ms", func(s struck) error { return all(tokensAt(s, 50, 70, 140, 140, 140), ends(s, true)) }},
	"reset":        {"after=3", func(s struck) error { return all(tokensAt(s, 50, 70, 90), s.err != nil) }},
	"cut":          {"", func(s struck) error { return all(tokensAt(s, 50, 70), errors.Is(s.err, io.ErrUnexpectedEOF)) }},
	"truncate": {"", func(s struck) error {
		return all(tokensAt(s, 50, 70), s.err == nil, !strings.Contains(s.raw, "DONE"), !strings.Contains(s.raw, "length"))
	}},
	"in_band_error": {"after=1", func(s struck) error {
		return all(len(s.events) == 3, strings.HasPrefix(s.events[1], `{"error":{"message":`), s.events[2] == "[DONE]", s.err == nil)
	}},
	"malformed": {"", func(s struck) error { return all(len(s.events) == 7, s.events[2] == `{"id":"cmpl-`, ends(s, true)) }},
	"empty": {"", func(s struck) error {
		return all(len(s.events) == 2, strings.Contains(s.events[0], `"text":""`), ends(s, true))
	}},
	"blank_token": {"", func(s struck) error {
		return all(len(s.events) == 6, strings.Contains(s.events[0], `"text":""`), !strings.Contains(s.events[1], `"text":""`), len(s.log.Events) == 5, ends(s, true))
	}},
	"role_only": {"", func(s struck) error {
		return all(len(s.events) == 7, strings.Contains(s.events[0], `"text":""`), !strings.Contains(s.events[1], `"text":""`), len(s.log.Events) == 5, ends(s, true))
	}},
	"group": {"", func(s struck) error {
		return all(len(s.log.Events) == 2, s.log.Events[0][2] == 4, s.log.Events[1][2] == 1, s.at[0] == 110*ms, s.at[1] == 130*ms, ends(s, true))
	}},
	"coalesce": {"", func(s struck) error {
		return all(tokensAt(s, 90, 90, 90, 130, 130), s.log.Events[0] == s.log.Events[2], ends(s, true))
	}},
	"split": {"delay=5ms", func(s struck) error {
		return all(tokensAt(s, 55, 75, 95, 115, 135), s.log.Events[0][1]-s.log.Events[0][0] == int64(5*ms), ends(s, true))
	}},
	"no_done": {"", func(s struck) error { return all(tokensAt(s, 50, 70, 90, 110, 130), ends(s, false)) }},
	"no_space": {"", func(s struck) error {
		return all(strings.Count(s.raw, "data:{") == 5, strings.Count(s.raw, "data: ") == 0, ends(s, true))
	}},
	"crlf": {"", func(s struck) error { return all(strings.Count(s.raw, "}\r\n\r\n") == 5, ends(s, true)) }},
	"comment": {"", func(s struck) error {
		return all(strings.HasPrefix(s.raw, ":\n\ndata: {"), strings.Count(s.raw, ":\n\n") == 6, ends(s, true))
	}},
}

func hasStatus(status int) func(struck) error {
	return func(s struck) error {
		return all(s.resp.StatusCode == status, strings.HasPrefix(s.raw, `{"error":{"message":`), len(s.log.Events) == 0, s.log.Status == status)
	}
}

// tokensAt says whether the events with text came then, in milliseconds.
func tokensAt(s struck, want ...int) bool {
	var got []time.Duration
	for i, e := range s.events {
		if strings.Contains(e, `"text":" `) {
			got = append(got, s.at[i])
		}
	}
	return slices.EqualFunc(got, want, func(a time.Duration, b int) bool { return a == time.Duration(b)*ms })
}

// ends says whether the stream ended well, with [DONE] or without.
func ends(s struck, done bool) bool {
	return s.err == nil && s.log.Done && strings.Contains(s.raw, `"finish_reason":"length"`) && strings.Contains(s.raw, "[DONE]") == done
}

func all(facts ...bool) error {
	if i := slices.Index(facts, false); i >= 0 {
		return fmt.Errorf("fact %d is false", i+1)
	}
	return nil
}

// Every kind does what it says, however it is asked for, and is noted and counted.
func TestFaults(t *testing.T) {
	for kind := range kinds {
		if _, ok := faultChecks[kind]; !ok && kind != "hang" { // which has a test of its own
			t.Errorf("%s is not checked", kind)
		}
	}
	for kind, c := range faultChecks {
		spec := kind + ":" + c.spec
		configured, err := ParseFault(spec)
		if err != nil {
			t.Fatal(err)
		}
		try := func(how string, faults []Fault, body string, headers ...string) {
			synctest.Test(t, func(t *testing.T) {
				cfg := fixed()
				cfg.Faults = faults
				b := newBench(t, cfg)
				s := struck{heard: post(b.pipes.dial(), "/v1/completions", body, headers...)}
				counted := b.server.Faults()
				s.log = b.close()[0]
				if s.resp == nil {
					t.Fatalf("%s by %s: %v", kind, how, s.heard.err)
				}
				if err := c.check(s); err != nil {
					t.Errorf("%s by %s: %v\n%v %v\n%s\n%+v", kind, how, err, s.at, s.heard.err, s.raw, s.log)
				}
				if s.log.Fault != kind || counted[kind] != 1 || len(counted) != 1 {
					t.Errorf("%s by %s: logged %q, counted %v", kind, how, s.log.Fault, counted)
				}
			})
		}
		try("configuration", []Fault{configured}, completion)
		try("header", nil, completion, "X-Sim-Fault: "+spec)
		try("body", nil, strings.Replace(completion, "{", fmt.Sprintf(`{"sim_fault":%q,`, spec), 1))
	}
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, fixed())
		conn := b.pipes.dial()
		time.AfterFunc(time.Hour, func() { conn.Close() })
		h := post(conn, "/v1/completions", completion, "X-Sim-Fault: hang")
		if h.resp == nil || h.head != 0 || h.raw != "" || h.err == nil {
			t.Errorf("headers after %v, %q, %v", h.head, h.raw, h.err)
		}
		go post(b.pipes.dial(), "/v1/completions", completion, "X-Sim-Fault: hang:after=2")
		time.Sleep(time.Hour)
		log := b.close() // ends what hangs
		if len(log) != 2 || log[0].Fault != "hang" || len(log[1].Events) != 2 || log[1].Done {
			t.Errorf("log %+v", log)
		}
	})
}

// A fault that would come after the last token still strikes, before the last event.
func TestFaultNeverComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, fixed())
		if h := post(b.pipes.dial(), "/v1/completions", completion, "X-Sim-Fault: truncate:after=100"); len(h.events) != 4 {
			t.Errorf("%d events, want 4", len(h.events))
		}
		b.close()
	})
}

func TestFaultEveryNth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fixed()
		cfg.Faults = []Fault{{Kind: "http_429", Every: 3}, {Kind: "http_500", Every: 4}}
		b := newBench(t, cfg)
		var got []int
		for range 12 {
			got = append(got, post(b.pipes.dial(), "/v1/completions", completion).resp.StatusCode)
		}
		// The twelfth is meant by both: the first configured refuses it.
		want := []int{200, 200, 429, 500, 200, 429, 200, 500, 429, 200, 200, 429}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := b.server.Faults(); got["http_429"] != 4 || got["http_500"] != 2 {
			t.Errorf("counted %v", got)
		}
		b.close()
	})
}

// Responses that aren't streamed have the faults that make sense for them, and no other is noted.
func TestFaultsOfWholeResponses(t *testing.T) {
	check := func(fault string, status int, after time.Duration, logged string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, fixed())
			h := post(b.pipes.dial(), "/v1/completions", `{"prompt":"x","max_tokens":5}`, "X-Sim-Fault: "+fault)
			got := 0
			if h.resp != nil {
				got = h.resp.StatusCode
			}
			log := b.close()
			if got != status || h.head != after || log[0].Fault != logged {
				t.Errorf("%s: status %d at %v, logged %q", fault, got, h.head, log[0].Fault)
			}
		})
	}
	check("http_500", 500, 0, "http_500")
	check("stall:delay=1s", 200, 1090*ms, "stall")
	check("late_headers", 200, 1000*ms, "late_headers")
	check("cut", 0, 0, "cut")
	check("reset", 0, 0, "reset")
	check("truncate", 200, 130*ms, "")
	check("crlf", 200, 130*ms, "")
}

// TGI's own streams have neither role nor [DONE] to go wrong, and an error of its own form.
func TestFaultsOfTGI(t *testing.T) {
	check := func(fault, last, logged string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, fixed())
			h := post(b.pipes.dial(), "/generate_stream", native, "X-Sim-Fault: "+fault)
			log := b.close()
			if len(h.events) == 0 || !strings.HasPrefix(h.events[len(h.events)-1], last) || log[0].Fault != logged {
				t.Errorf("%s: %v, logged %q", fault, h.events, log[0].Fault)
			}
		})
	}
	check("role_only", `{"index":5,`, "")
	check("no_done", `{"index":5,`, "")
	check("truncate:after=4", `{"index":4,`, "truncate")
	check("in_band_error", `{"error":"failed on demand","error_type":`, "in_band_error")
	check("empty", `{"index":0,"token":{"id":`, "empty")
}

func TestParseFault(t *testing.T) {
	check := func(text string, want Fault, good bool) {
		t.Helper()
		if got, err := ParseFault(text); (err == nil) != good || good && got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	check("reset", Fault{Kind: "reset"}, true)
	check("reset:", Fault{Kind: "reset"}, true)
	check("reset:every=3", Fault{Kind: "reset", Every: 3}, true)
	check("stall:every=3,after=-1,delay=1.5s", Fault{Kind: "stall", Every: 3, After: -1, Delay: 1500 * ms}, true)
	check("group:n=8", Fault{Kind: "group", N: 8}, true)
	check("", Fault{}, false)
	check("resett", Fault{}, false)
	check("reset:each=3", Fault{}, false)
	check("reset:every", Fault{}, false)
	check("reset:every=-1", Fault{}, false)
	check("stall:delay=5", Fault{}, false)
}

// On a real socket, reset is a reset.
func TestResetOnTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(fixed())
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(listener)
	defer s.Close()
	req, _ := http.NewRequest(http.MethodPost, "http://"+listener.Addr().String()+"/v1/completions", strings.NewReader(completion))
	req.Header.Set("X-Sim-Fault", "reset")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if n := strings.Count(string(body), "data: {"); n != 2 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d events, then %v", n, err)
	}
}
