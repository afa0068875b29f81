package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// chunk is an event of any API.
type chunk struct {
	Choices []struct {
		Text  string
		Delta struct {
			Role    string
			Content string
		}
		FinishReason *string `json:"finish_reason"`
	}
	Token         *struct{ Text string }
	GeneratedText *string `json:"generated_text"`
	Usage         *struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
		Details    *struct {
			Cached int `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
	}
}

func (c chunk) text() string {
	switch {
	case c.Token != nil:
		return c.Token.Text
	case len(c.Choices) > 0:
		return c.Choices[0].Text + c.Choices[0].Delta.Content
	}
	return ""
}

// exhausted is a listener that finds no file for a connection, and then is closed.
type exhausted struct{ tries int }

func (*exhausted) Close() error   { return nil }
func (*exhausted) Addr() net.Addr { return &net.TCPAddr{} }
func (e *exhausted) Accept() (net.Conn, error) {
	if e.tries++; e.tries > 1 {
		return nil, net.ErrClosed
	}
	return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
}

// What goes wrong with connections is told to whom it may concern: within a benchmark, nobody.
func TestErrorsOfConnections(t *testing.T) {
	var program bytes.Buffer
	log.SetOutput(&program)
	defer log.SetOutput(os.Stderr)
	check := func(to io.Writer) {
		s, err := New(Config{Errors: to})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Serve(&exhausted{})
	}
	synctest.Test(t, func(t *testing.T) {
		check(nil)
		var said bytes.Buffer
		check(&said)
		if !strings.Contains(said.String(), "too many open files") || program.Len() > 0 {
			t.Errorf("told %q, and the program's log %q", &said, &program)
		}
	})
}

// chunks are the events of a response, without [DONE].
func (h heard) chunks(t *testing.T) (chunks []chunk) {
	t.Helper()
	for _, e := range h.events {
		if e == "[DONE]" {
			continue
		}
		var c chunk
		if err := json.Unmarshal([]byte(e), &c); err != nil {
			t.Fatalf("event %s: %v", e, err)
		}
		chunks = append(chunks, c)
	}
	return chunks
}

// text is all that was said.
func (h heard) text(t *testing.T) (text string) {
	t.Helper()
	for _, c := range h.chunks(t) {
		text += c.text()
	}
	return text
}

const (
	completion = `{"model":"sim-small","prompt":"one two three","max_tokens":5,"stream":true}`
	chat       = `{"model":"sim-small","messages":[{"role":"user","content":"one two three"}],"max_tokens":5,"stream":true}`
	native     = `{"inputs":"one two three","parameters":{"max_new_tokens":5}}`
)

// fixed is a script of 50 ms, then 20 ms a token.
func fixed() Config {
	return Config{Mode: ScriptMode, Script: Script{Fixed: []time.Duration{50 * ms, 20 * ms}}}
}

// In virtual time, every event of script mode comes when the script says, to the nanosecond, and the log says so too.
func TestScriptModeIsExact(t *testing.T) {
	check := func(path, body string, script Script) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			script.Seed = 7
			b := newBench(t, Config{Mode: ScriptMode, Script: script})
			start := time.Now()
			h := post(b.pipes.dial(), path, body, "X-Request-Id: r1")
			var want []time.Duration
			var events [][3]int64
			for _, burst := range script.Plan("r1", 5) {
				at := start.Add(burst.At).UnixNano()
				want = append(want, burst.At)
				events = append(events, [3]int64{at, at, int64(burst.Tokens)})
			}
			got := slices.Compact(slices.Clone(h.at)) // the role, usage and [DONE] come with tokens
			if h.head != 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: headers at %v, events at %v, want %v", path, h.head, got, want)
			}
			last := start.Add(want[len(want)-1]).UnixNano()
			line := truth{ID: "r1", Ordinal: 1, Path: path, InFlight: 1, Received: start.UnixNano(), Headers: start.UnixNano(),
				Status: 200, PromptTokens: 3, Events: events, Done: true, Ended: last}
			if log := b.close(); !reflect.DeepEqual(log, []truth{line}) {
				t.Errorf("%s: log %+v\nwant %+v", path, log, line)
			}
		})
	}
	for path, body := range map[string]string{"/v1/completions": completion, "/v1/chat/completions": chat, "/generate_stream": native} {
		check(path, body, DefaultScript())
		check(path, body, Script{Fixed: []time.Duration{0, 1, 3}})
		four := DefaultScript()
		four.TokensPerEvent = 4
		check(path, body, four)
		four.Ragged = true
		check(path, body, four)
	}
}

// In virtual time, engine mode is the model: requests sent together come out as Simulate says.
func TestEngineModeIsTheModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Small()
		p.MaxSeqs = 2
		b := newBench(t, Config{Profile: p})
		var arrivals []Arrival
		got := make([][]time.Duration, 5)
		var wait sync.WaitGroup
		start := time.Now()
		for i := range got {
			time.Sleep(7 * ms)
			arrivals = append(arrivals, Arrival{At: time.Since(start), Work: Work{Prompt: 3, Output: 5}})
			conn := b.pipes.dial()
			wait.Go(func() {
				at := time.Since(start)
				for _, d := range post(conn, "/generate_stream", native).at {
					got[i] = append(got[i], at+d)
				}
			})
		}
		wait.Wait()
		b.close()
		for i, want := range simulate(t, p, arrivals...) {
			if !reflect.DeepEqual(got[i], want.Tokens) {
				t.Errorf("request %d: %v, want %v", i, got[i], want.Tokens)
			}
		}
	})
}

// A client that goes away frees its place in the engine at once.
func TestDisconnectFreesTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		conn := b.pipes.dial()
		go post(conn, "/v1/completions", strings.Replace(completion, ":5", ":5000", 1))
		time.Sleep(200 * ms)
		if l := b.server.source.load(); l.running != 1 {
			t.Errorf("%d running, want 1", l.running)
		}
		conn.Close()
		synctest.Wait()
		if l := b.server.source.load(); l.running != 0 || l.blocks != 0 {
			t.Errorf("%d running, %d blocks held, after the client left", l.running, l.blocks)
		}
		if log := b.close(); len(log) != 1 || log[0].Done {
			t.Errorf("log %+v", log)
		}
	})
}

// The prefix cache is told of by usage, where it should be.
func TestCachedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{PromptTokensDetails: true})
		body := fmt.Sprintf(`{"prompt":%q,"max_tokens":2,"stream":true,"stream_options":{"include_usage":true}}`, strings.Repeat("word ", 40))
		for _, want := range []int{0, 32} { // 40 words have two full blocks of 16
			cs := post(b.pipes.dial(), "/v1/completions", body).chunks(t)
			u := cs[len(cs)-1].Usage
			if u == nil || u.Details == nil || u.Details.Cached != want || u.Prompt != 40 || u.Completion != 2 || u.Total != 42 {
				t.Errorf("usage %+v, want %d cached", u, want)
			}
		}
		b.close()
	})
}

func TestStopEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fixed()
		cfg.StopEarly = 1
		b := newBench(t, cfg)
		lengths := map[int]bool{}
		for i := range 20 {
			body := `{"prompt":"x","max_tokens":50,"min_tokens":10,"stream":true}`
			id := fmt.Sprintf("X-Request-Id: %d", i)
			cs := post(b.pipes.dial(), "/v1/completions", body, id).chunks(t)
			n, finish := len(cs), *cs[len(cs)-1].Choices[0].FinishReason
			lengths[n] = true
			if n < 10 || n > 50 || finish != "stop" {
				t.Errorf("%d tokens, finish %q", n, finish)
			}
			body = strings.Replace(body, "{", `{"ignore_eos":true,`, 1)
			cs = post(b.pipes.dial(), "/v1/completions", body, id).chunks(t)
			if n, finish := len(cs), *cs[len(cs)-1].Choices[0].FinishReason; n != 50 || finish != "length" {
				t.Errorf("ignore_eos: %d tokens, finish %q", n, finish)
			}
		}
		if len(lengths) < 5 {
			t.Errorf("only %d different lengths", len(lengths))
		}
		b.close()
	})
}

// Events with tokens are as long as they are to be, where that is longer than they are, and say the same.
func TestEventBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plain, wide := fixed(), fixed()
		wide.EventBytes = 1000
		said := func(c Config, path, body string) heard {
			b := newBench(t, c)
			defer b.close()
			return post(b.pipes.dial(), path, body)
		}
		for path, body := range map[string]string{"/v1/completions": completion, "/v1/chat/completions": chat} {
			was, is := said(plain, path, body), said(wide, path, body)
			if is.text(t) != was.text(t) || is.text(t) == "" {
				t.Errorf("%s: says %q, want %q", path, is.text(t), was.text(t))
			}
			long := 0
			for _, e := range is.events {
				if len(e) == 1000 {
					long++
				}
			}
			if long != 5 {
				t.Errorf("%s: %d events of 1000 bytes, want 5: %q", path, long, is.events)
			}
		}
	})
	check := func(size int) {
		if err := (Config{EventBytes: size}).Check(); err == nil {
			t.Errorf("%d bytes are taken", size)
		}
	}
	check(-1)
	check(mostEventBytes + 1)
	if got := string(padded([]byte(`{"a":1}`), 20)); len(got) != 20 || !json.Valid([]byte(got)) {
		t.Errorf("padded to %d: %s", len(got), got)
	}
	if got := string(padded([]byte(`{"a":1}`), 7)); got != `{"a":1}` {
		t.Errorf("as long as it is to be, and yet %s", got)
	}
}
