package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestRefusals(t *testing.T) {
	check := func(path, body string, status int, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, Config{MaxModelLen: 10})
			h := post(b.pipes.dial(), path, body)
			if h.resp.StatusCode != status || !strings.Contains(h.raw, want) {
				t.Errorf("%s %s: %d %s, want %d %s", path, body, h.resp.StatusCode, h.raw, status, want)
			}
			if log := b.close(); len(log) != 1 || log[0].Status != status || len(log[0].Events) != 0 || log[0].Done {
				t.Errorf("%s %s: log %+v", path, body, log)
			}
		})
	}
	for _, path := range []string{"/v1/completions", "/v1/chat/completions"} {
		check(path, `{"model": "sim-small", "prompt": `, 400, `"code":400`)
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":"many"}`, 400, "body.max_tokens")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"model":"no-such-model"}`, 404, "The model `no-such-model` does not exist. Valid aliases: sim-small.")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":10,"stream":true}`, 400, "maximum context length is 10 tokens")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":0}`, 400, `"param":"max_tokens"`)
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":4,"min_tokens":5}`, 400, `"param":"min_tokens"`)
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":4,"temperature":-1}`, 400, "temperature must be non-negative")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":4,"stream_options":{"include_usage":true}}`, 400, "Stream options can only be defined")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":4,"n":2}`, 400, "one answer")
		check(path, `{"prompt":"x","messages":[{"content":"x"}],"max_tokens":4,"sim_fault":"resett"}`, 400, "no such fault")
		check(path, `{}`, 400, "at least one word")
	}
	check("/v1/completions", `{"prompt":["a","b"]}`, 400, "one prompt")
	check("/generate", `{"inputs": `, 400, "Failed to parse the request body as JSON")
	check("/generate", `{"inputs":1}`, 422, "Failed to deserialize")
	check("/generate", `{}`, 422, "missing field `inputs`")
	check("/generate", `{"inputs":""}`, 422, "cannot be empty")
	check("/generate", `{"inputs":"x","parameters":{"temperature":0}}`, 422, "`temperature` must be strictly positive")
	check("/generate", `{"inputs":"x","parameters":{"top_p":1}}`, 422, "`top_p` must be > 0.0 and < 1.0")
	check("/generate", `{"inputs":"x","parameters":{"max_new_tokens":10}}`, 422, "must be <= 10. Given: 1 `inputs` tokens and 10")
	// A TGI stream has begun when its request is validated.
	check("/generate_stream", `{"inputs":"x","parameters":{"temperature":0}}`, 200, `data: {"error":"Input validation error: `)
	check("/generate_stream", `{"inputs": `, 400, "Failed to parse")
}

// Every form of a prompt has the length that it should.
func TestPromptTokens(t *testing.T) {
	check := func(path, body string, want int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, fixed())
			h := post(b.pipes.dial(), path, body)
			if log := b.close(); log[0].PromptTokens != want || !log[0].Done {
				t.Errorf("%s: %d tokens, want %d: %s", body, log[0].PromptTokens, want, h.raw)
			}
		})
	}
	check("/v1/completions", `{"prompt":" one  two\nthree "}`, 3)
	check("/v1/completions", `{"prompt":["one two"]}`, 2)
	check("/v1/completions", `{"prompt":[11,12,13,14]}`, 4)
	check("/v1/chat/completions", `{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"one two three"}]}`, 5)
	check("/v1/chat/completions", `{"messages":[{"role":"user","content":[{"type":"text","text":"one two"},{"type":"text","text":"three"}]}]}`, 3)
	check("/v1/chat/completions", `{"messages":[{"role":"assistant","content":null},{"role":"user","content":"x"}]}`, 1)
	check("/generate", `{"inputs":"one two"}`, 2)
}

// loopback serves on a real socket, and returns the URL.
func loopback(t *testing.T, cfg Config) (*Server, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(listener)
	return s, "http://" + listener.Addr().String()
}

func TestOtherEndpoints(t *testing.T) {
	type seen struct{ path, agent, body string }
	var requests []seen
	s, url := loopback(t, Config{Model: "m", OnRequest: func(path string, h http.Header, body []byte) {
		requests = append(requests, seen{path, h.Get("User-Agent"), string(body)})
	}})
	defer s.Close()
	check := func(method, path string, status int, want string) string {
		t.Helper()
		req, _ := http.NewRequest(method, url+path, strings.NewReader(`{"prompt":"a b"}`))
		req.Header.Set("User-Agent", "test")
		req.Header.Set("X-Request-Id", "r7")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != status || !strings.Contains(string(body), want) {
			t.Errorf("%s %s: %d %s, want %d %s", method, path, resp.StatusCode, body, status, want)
		}
		if id := resp.Header.Get("X-Request-Id"); strings.HasPrefix(path, "/v1/c") && method == "POST" && id != "r7" {
			t.Errorf("X-Request-Id is %q", id)
		}
		return string(body)
	}
	check("GET", "/health", 200, "")
	check("GET", "/ping", 200, "")
	check("GET", "/version", 200, `{"version":"`+Version+`"}`)
	check("GET", "/v1/models", 200, `"max_model_len":8192`)
	check("GET", "/info", 200, `"model_id":"m"`)
	check("GET", "/nope", 404, `{"detail":"Not Found"}`)
	check("GET", "/v1/completions", 405, `{"detail":"Method Not Allowed"}`)
	check("POST", "/health", 405, `{"detail":"Method Not Allowed"}`)
	check("POST", "/tokenize", 200, `"count":2`)
	check("POST", "/v1/completions", 200, `"completion_tokens":16`)
	check("POST", "/generate", 422, "missing field `inputs`")
	metrics := check("GET", "/metrics", 200, "")
	for _, want := range []string{
		`vllm:prompt_tokens_total{engine="0",model_name="m"} 2`,
		`vllm:generation_tokens_total{engine="0",model_name="m"} 16`,
		`vllm:num_requests_running{engine="0",model_name="m"} 0`,
		`vllm:num_requests_waiting{engine="0",model_name="m"} 0`,
		`vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 1`,
		`vllm:request_success_total{engine="0",finished_reason="abort",model_name="m"} 0`,
		`sim:max_requests_in_flight{engine="0",model_name="m"} 1`,
		`sim:requests_total{engine="0",model_name="m"} 2`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in\n%s", want, metrics)
		}
	}
	body := `{"prompt":"a b"}`
	if want := []seen{{"/tokenize", "test", body}, {"/v1/completions", "test", body}, {"/generate", "test", body}}; !reflect.DeepEqual(requests, want) {
		t.Errorf("OnRequest: %v, want %v", requests, want)
	}
}

// Many streams at once on real sockets: every token arrives, and the log, joined by request, tells a time for each that
// lies between schedule and arrival.
func TestManyStreams(t *testing.T) {
	const streams, tokens = 200, 20
	var log bytes.Buffer
	script := Script{TTFT: LogNormal{50 * ms, 0.1}, ITL: LogNormal{10 * ms, 0.2}, Seed: 3}
	var together sync.WaitGroup // nobody is answered before all are in
	together.Add(streams)
	gate := func(string, http.Header, []byte) { together.Done(); together.Wait() }
	s, url := loopback(t, Config{Mode: ScriptMode, Script: script, Log: &log, OnRequest: gate})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: streams}}
	arrived := make([][]int64, streams) // Unix nanoseconds
	var wait sync.WaitGroup
	for i := range streams {
		wait.Go(func() {
			body := fmt.Sprintf(`{"prompt":"x","max_tokens":%d,"stream":true}`, tokens)
			req, _ := http.NewRequest(http.MethodPost, url+"/v1/completions", strings.NewReader(body))
			req.Header.Set("X-Request-Id", fmt.Sprint(i))
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			for buf := make([]byte, 4096); ; {
				n, err := resp.Body.Read(buf)
				for range bytes.Count(buf[:n], []byte(`"text":`)) {
					arrived[i] = append(arrived[i], time.Now().UnixNano())
				}
				if err != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	if max := s.MaxInFlight(); max != streams {
		t.Errorf("%d in flight at most, want %d", max, streams)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	lines := readLog(t, &log)
	if len(lines) != streams {
		t.Fatalf("%d lines, want %d", len(lines), streams)
	}
	for _, line := range lines {
		var i int
		fmt.Sscan(line.ID, &i)
		if len(line.Events) != tokens || len(arrived[i]) != tokens || !line.Done {
			t.Fatalf("request %d: %d of %d tokens logged, %d arrived, done %v", i, len(line.Events), tokens, len(arrived[i]), line.Done)
		}
		for k, burst := range script.Plan(line.ID, tokens) {
			before, after := line.Events[k][0], line.Events[k][1]
			if due := line.Received + int64(burst.At); before < due || after < before || arrived[i][k] < before {
				t.Fatalf("request %d token %d: due %d, written %d to %d, arrived %d", i, k, due, before, after, arrived[i][k])
			}
		}
	}
}

// A log that can't be written is an error at the end, not in the middle.
func TestLogError(t *testing.T) {
	s, url := loopback(t, Config{Log: brokenWriter{}})
	resp, err := http.Post(url+"/generate", "", strings.NewReader(native))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("Close: %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

func TestConfigCheck(t *testing.T) {
	for _, bad := range []Config{{Mode: "fast"}, {StopEarly: 2}, {Faults: []Fault{{Kind: "resett"}}}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestScript(t *testing.T) {
	check := func(what string, ok bool) {
		t.Helper()
		if !ok {
			t.Error(what)
		}
	}
	s := DefaultScript()
	check("same key, same plan", reflect.DeepEqual(s.Plan("a", 50), s.Plan("a", 50)))
	check("other key, other plan", !reflect.DeepEqual(s.Plan("a", 50), s.Plan("b", 50)))
	other := s
	other.Seed = 1
	check("other seed, other plan", !reflect.DeepEqual(s.Plan("a", 50), other.Plan("a", 50)))
	long := s.Plan("a", 100)
	check("a longer plan begins like a shorter one", reflect.DeepEqual(s.Plan("a", 50), long[:50]))

	// The medians: of TTFT over 1,001 requests, of ITL over the 100,000 gaps behind them. The standard error of a
	// median is about 1.25 sigma/sqrt(n): 1.2 % and 0.08 %.
	below, gaps, short := 0, 0, 0
	for i := range 1001 {
		plan := s.Plan(fmt.Sprint(i), 101)
		if plan[0].At < 50*ms {
			below++
		}
		for k := 1; k < len(plan); k++ {
			gaps++
			if plan[k].At-plan[k-1].At < 20*ms {
				short++
			}
		}
	}
	check(fmt.Sprintf("%d of 1001 TTFTs are below the median", below), below > 430 && below < 570)
	check(fmt.Sprintf("%d of %d ITLs are below the median", short, gaps), short > gaps*49/100 && short < gaps*51/100)

	s.TokensPerEvent = 4
	sizes := func(plan []Burst) (sizes []int) {
		for _, b := range plan {
			sizes = append(sizes, b.Tokens)
		}
		return sizes
	}
	check("10 tokens in fours", reflect.DeepEqual(sizes(s.Plan("a", 10)), []int{4, 4, 2}))
	s.Fixed = []time.Duration{5 * ms, 3 * ms, ms}
	check("fixed gaps", reflect.DeepEqual(s.Plan("a", 16), []Burst{{5 * ms, 4}, {8 * ms, 4}, {9 * ms, 4}, {10 * ms, 4}}))
	s.Ragged = true
	seen := map[int]bool{}
	total := 0
	for _, n := range sizes(s.Plan("a", 100)) {
		seen[n] = true
		total += n
	}
	check("ragged events have 1 to 4 tokens", reflect.DeepEqual(seen, map[int]bool{1: true, 2: true, 3: true, 4: true}))
	check("and lose none", total == 100)
}

// A fuzzed body never brings the server down, and is answered with JSON or an event stream.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{completion, chat, native, `{"prompt":[[1]]}`, `{"prompt":null}`, `[]`, `"x"`, `{"sim_fault":"group:n=99"}`} {
		f.Add(seed)
	}
	s, err := New(Config{Mode: ScriptMode, Script: Script{Fixed: []time.Duration{0}}, MaxModelLen: 64})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for path, api := range apis {
			a, no := api.ask(s, []byte(body))
			if no == nil && (a.output < 1 || len(a.prompt) < 1 || a.output+len(a.prompt) > 64) {
				t.Errorf("%s: %+v is taken", path, a)
			}
			if no != nil && (no.status < 400 || !json.Valid(api.failure(no))) {
				t.Errorf("%s: refused with %+v", path, no)
			}
		}
	})
}
