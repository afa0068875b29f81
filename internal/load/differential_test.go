package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/transport"
)

// What a response means must not depend on where reads cut it. Here the bytes of one are cut at every place, and at many
// at once, and go through all of ours: HTTP, framing, scanner, template, counting. A second implementation, net/http and
// encoding/json into maps, says what must come out.

// outcome is what a response is understood as.
type outcome struct {
	Status  int
	Failure record.FailureType // "" for none
	Finish  string
	Input   record.Count
	Cached  record.Count
	Output  record.Count
	Source  record.CountSource
}

// pieces is a connection that answers whatever is asked with one piece a read, in memory that the next read overwrites.
type pieces struct {
	net.Conn
	left [][]byte
}

func (p *pieces) Write(b []byte) (int, error) { return len(b), nil }
func (p *pieces) SetDeadline(time.Time) error { return nil }
func (p *pieces) Close() error                { return nil }
func (p *pieces) Read(b []byte) (n int, err error) {
	clear(b)
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n = copy(b, p.left[0])
	if p.left[0] = p.left[0][n:]; len(p.left[0]) == 0 {
		p.left = p.left[1:]
	}
	return n, nil
}

// ours is the outcome by the portable transport and a stream.
func (p *player) ours(d dialect.Dialect, reads [][]byte) outcome {
	return understood(p.play(d, reads, func(s *stream) transport.Sink { return s }))
}

// player is a transport whose every request is answered by the reads at hand.
type player struct {
	wire  transport.Engine
	reads [][]byte
}

func newPlayer(t *testing.T) *player {
	p := new(player)
	dial := func(context.Context) (net.Conn, error) { return &pieces{left: p.reads}, nil }
	p.wire = transport.NewPortable(transport.Options{Clock: transport.NewClock(), BaseURL: &url.URL{Scheme: "http", Host: "x"}, Dial: dial, Fresh: true})
	t.Cleanup(p.wire.Close)
	return p
}

// play returns the record that a stream of d makes of reads. The transport tells the sink that is put around the stream.
func (p *player) play(d dialect.Dialect, reads [][]byte, around func(*stream) transport.Sink) *record.Record {
	done := make(chan struct{})
	s := &stream{rec: record.New(), decoder: d.Decoder(), level: told(func() { close(done) })}
	s.rec.Whole = d.Framing() == dialect.Whole
	p.reads = reads
	p.wire.Start(context.Background(), &transport.Exchange{Framing: d.Framing(), Sink: around(s)})
	<-done
	return s.rec
}

// understood is the outcome that a record tells.
func understood(r *record.Record) outcome {
	o := outcome{r.Status, "", r.FinishReason, r.InputTokens, r.CachedTokens, r.OutputTokens, r.CountSource}
	if r.Failure != nil {
		o.Failure = r.Failure.Type
	}
	return o
}

// reading is the second implementation's state.
type reading struct {
	size int // of all payloads
	outcome
	text, ids int
	complete  bool
	bad       record.FailureType // what the events said
}

// theirs is the outcome by net/http and encoding/json.
func theirs(api string, raw []byte) outcome {
	r := &reading{outcome: outcome{Input: record.Unknown, Cached: record.Unknown, Output: record.Unknown}}
	r.Failure = r.response(api, raw)
	switch {
	case r.Output >= 0:
		r.Source = record.FromUsage
	case r.ids > 0:
		r.Source, r.Output = record.FromTokenIDs, record.Count(r.ids)
	default:
		r.Source, r.Output = record.FromEvents, record.Count(r.text)
	}
	switch {
	case r.Status >= 300 || r.Status == 0 || r.Status == 101:
	case r.bad != "":
		r.Failure = r.bad
	case r.complete && r.Failure == record.Truncated:
		r.Failure = ""
	case r.Failure == "" && !r.complete && r.size == 0:
		r.Failure = record.Malformed
	case r.Failure == "" && !r.complete:
		r.Failure = record.Truncated
	}
	if r.Failure == "" && r.text == 0 && r.Output <= 0 {
		r.Failure = record.Empty
	}
	return r.outcome
}

// response reads HTTP, and returns what failed in it.
func (r *reading) response(api string, raw []byte) record.FailureType {
	in := bufio.NewReader(bytes.NewReader(raw))
	head, err := http.ReadResponse(in, nil)
	for err == nil && head.StatusCode < 200 && head.StatusCode != 101 {
		head, err = http.ReadResponse(in, nil)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return record.Reset
	case err != nil || head.Header.Get("Content-Encoding") == "gzip":
		return record.Malformed
	}
	r.Status = head.StatusCode
	if r.Status == 101 {
		return record.Malformed
	}
	body, err := io.ReadAll(head.Body)
	switch {
	case r.Status == 429:
		return record.RateLimited
	case r.Status/100 == 4:
		return record.HTTP4xx
	case r.Status/100 == 5:
		return record.HTTP5xx
	case r.Status/100 != 2:
		return record.Malformed
	}
	r.events(api, body, err == nil)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return record.Truncated
	case err != nil:
		return record.Malformed
	}
	return ""
}

// events splits the body, all at once. An event whose blank line is missing counts only at a proper end.
func (r *reading) events(api string, body []byte, ended bool) {
	text := strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(string(body), "\uFEFF"), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	lines = lines[:len(lines)-1]
	if ended {
		lines = append(lines, "")
	}
	var data []string
	for _, line := range lines {
		if field, value, _ := strings.Cut(line, ":"); field == "data" {
			data = append(data, strings.TrimPrefix(value, " "))
		}
		if line == "" && data != nil && r.bad == "" {
			r.event(api, strings.TrimSpace(strings.Join(data, "\n")))
			data = nil
		}
	}
}

func (r *reading) event(api, payload string) {
	var e map[string]any
	r.size += len(payload)
	switch {
	case payload == "" || payload == "[DONE]" && api != "tgi":
		r.complete = r.complete || payload != ""
		return
	case json.Unmarshal([]byte(payload), &e) != nil:
		r.bad = record.Malformed
		return
	case e["error"] != nil, e["message"] != nil:
		r.bad = record.InBandError
		return
	case api == "tgi":
		r.token(e)
		return
	}
	text := false
	choices, _ := e["choices"].([]any)
	for _, c := range choices {
		c := c.(map[string]any)
		delta, _ := c["delta"].(map[string]any)
		text = text || filled(c["text"]) && api == "completions" || filled(delta["content"]) || filled(delta["reasoning_content"]) || filled(delta["tool_calls"])
		ids, _ := c["token_ids"].([]any)
		r.ids += len(ids)
		r.finish(c["finish_reason"])
	}
	if text {
		r.text++
	}
	if usage, ok := e["usage"].(map[string]any); ok {
		r.Input, r.Output = count(usage["prompt_tokens"]), count(usage["completion_tokens"])
		details, _ := usage["prompt_tokens_details"].(map[string]any)
		if n := count(details["cached_tokens"]); n >= 0 {
			r.Cached = n
		}
	}
}

// token is an event of TGI's own API.
func (r *reading) token(e map[string]any) {
	token, _ := e["token"].(map[string]any)
	if filled(token["text"]) {
		r.text++
	}
	if token != nil {
		r.ids++
	}
	details, _ := e["details"].(map[string]any)
	if details != nil {
		r.finish(details["finish_reason"])
		r.Input, r.Output = count(details["input_length"]), count(details["generated_tokens"])
	}
	if e["generated_text"] != nil && !r.complete {
		r.finish("unknown")
	}
}

func (r *reading) finish(reason any) {
	if s, _ := reason.(string); s != "" {
		r.Finish, r.complete = s, true
	}
}

// filled is whether a value is text, or a list, with something in it.
func filled(v any) bool {
	list, _ := v.([]any)
	s, _ := v.(string)
	return s != "" || len(list) > 0
}

func count(v any) record.Count {
	if f, ok := v.(float64); ok {
		return record.Count(f)
	}
	return record.Unknown
}

// exchange is a response, and the API it is of.
type exchange struct {
	name, api string
	raw       []byte
}

// recorded are the responses of real servers, those with a long answer apart, which cut in more places but no others.
func recorded(t *testing.T) (all []exchange) {
	names, err := filepath.Glob("../wire/testdata/transcripts/*/*.raw")
	if err != nil || len(names) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		api := "completions"
		switch base := filepath.Base(name); {
		case strings.HasPrefix(base, "chat"):
			api = "chat"
		case strings.HasPrefix(base, "generate"):
			api = "tgi"
		}
		if len(raw) < 4000 {
			all = append(all, exchange{name, api, raw})
		}
	}
	return all
}

// reframed are the bodies of some recorded responses in every framing that HTTP has, and with accidents.
func reframed(t *testing.T, from []exchange) (all []exchange) {
	for _, x := range from {
		if !strings.HasSuffix(x.name, "2.0/chat_stream_usage.raw") && !strings.HasSuffix(x.name, "generate_stream_details.raw") {
			continue
		}
		head, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(x.raw)), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(head.Body)
		if err != nil {
			t.Fatal(err)
		}
		add := func(name, format string, values ...any) {
			all = append(all, exchange{name + " " + x.name, x.api, fmt.Appendf(nil, format, values...)})
		}
		sized := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
		add("sized", "HTTP/1.1 200 OK\r\n%s%s", sized, body)
		add("short", "HTTP/1.1 200 OK\r\n%s%s", sized, body[:len(body)*2/3])
		add("closed", "HTTP/1.1 200 OK\r\n\r\n%s", body)
		add("HTTP/1.0", "HTTP/1.0 200 OK\n\n%s", bytes.ReplaceAll(body, []byte("\n"), []byte("\r")))
		add("interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n%s%s", sized, body)
		add("gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n%s%s", sized, body)
		add("moved", "HTTP/1.1 307 x\r\nLocation: /there\r\n%s%s", sized, body)
		add("busy", "HTTP/1.1 429 x\r\n%s%s", sized, body)
		add("chunks of 7", "%s", chunked(body, 7, "0\r\n\r\n"))
		add("trailers", "%s", chunked(body, 300, "0\r\nX: y\r\n\r\n"))
		add("no last chunk", "%s", chunked(body, 300, ""))
		add("bad chunk", "%s", chunked(body, 300, "xyz\r\n"))
		add("bad JSON", "HTTP/1.1 200 OK\r\n\r\n%sdata: {\"choices\":[\n\ndata: {\"error\":\"late\"}\n\n", body[:len(body)/2])
		add("error", "HTTP/1.1 200 OK\r\n\r\n%s\n\ndata: {\"error\":{\"message\":\"out of memory\"}}\n\ndata: x\n\n", body[:bytes.Index(body, []byte("\n\n"))])
	}
	if len(all) == 0 {
		t.Fatal("nothing was framed anew")
	}
	return all
}

func chunked(body []byte, size int, end string) []byte {
	raw := []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
	for len(body) > 0 {
		n := min(size, len(body))
		raw = fmt.Appendf(raw, "%x;ext=1\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return append(raw, end...)
}

func TestCutsChangeNothing(t *testing.T) {
	all, player := recorded(t), newPlayer(t)
	all = append(all, reframed(t, all)...)
	random := rand.New(rand.NewPCG(1, 2))
	for _, x := range all {
		d, _ := dialect.Named(x.api)
		want := theirs(x.api, x.raw)
		check := func(cuts string, reads ...[]byte) {
			t.Helper()
			if got := player.ours(d, reads); got != want {
				t.Fatalf("%s, cut %s:\n got %+v\nwant %+v", x.name, cuts, got, want)
			}
		}
		check("nowhere", x.raw)
		for i := 1; i < len(x.raw); i++ {
			check(fmt.Sprint(i), x.raw[:i], x.raw[i:])
		}
		for round := range 30 {
			var reads [][]byte
			for left := x.raw; len(left) > 0; {
				n := min(1+random.IntN(1+round*round), len(left))
				reads, left = append(reads, left[:n]), left[n:]
			}
			check(fmt.Sprintf("in %d", len(reads)), reads...)
		}
	}
}
