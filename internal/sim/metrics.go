package sim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// tally counts what the server has done.
type tally struct {
	mu          sync.Mutex
	requests    int64 // generation requests received: the last one's ordinal
	inFlight    int64
	maxInFlight int64
	prompt      int64            // tokens
	generation  int64            // tokens
	finished    map[string]int64 // by finish reason
	faults      map[string]int64

	// In the bounds of vLLM. Its ITL is by engine step, this one by token.
	ttft, itl, e2e *histogram
}

func newTally() *tally {
	return &tally{
		finished: map[string]int64{}, faults: map[string]int64{},
		ttft: newHistogram("vllm:time_to_first_token_seconds",
			0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560),
		itl: newHistogram("vllm:inter_token_latency_seconds",
			0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80),
		e2e: newHistogram("vllm:e2e_request_latency_seconds",
			0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680),
	}
}

// enter counts a generation request in.
func (t *tally) enter() (ordinal, inFlight int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	t.inFlight++
	t.maxInFlight = max(t.maxInFlight, t.inFlight)
	return t.requests, t.inFlight
}

// strike counts a fault.
func (t *tally) strike(kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults[kind]++
}

// send counts tokens that are sent together, and the time since the tokens before, or since receipt where they are the first.
func (t *tally) send(tokens int, first bool, since time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.generation += int64(tokens)
	if first {
		t.ttft.observe(since.Seconds(), 1)
	} else {
		t.itl.observe(since.Seconds()/float64(tokens), tokens)
	}
}

// leave counts it out, with what became of it: a finish reason, "abort" or, where it was refused, "".
func (t *tally) leave(tr *truth, finish string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight--
	if finish != "" {
		t.prompt += int64(tr.PromptTokens)
		t.finished[finish]++
	}
	if finish == finishStop || finish == finishLength {
		t.e2e.observe(time.Duration(tr.Ended-tr.Received).Seconds(), 1)
	}
}

// MaxInFlight is the most generation requests that were in flight at once.
func (s *Server) MaxInFlight() int {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return int(s.tally.maxInFlight)
}

// Faults is how often each fault has struck.
func (s *Server) Faults() map[string]int64 {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return maps.Clone(s.tally.faults)
}

// metrics writes counters in Prometheus' text format: those of vLLM that make sense here, under its names, and the
// simulation's own.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request, _ []byte) {
	l := s.source.load()
	t := s.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.cfg.Mode == ScriptMode {
		l.running = int(t.inFlight)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	line := func(kind, name, label string, value any) {
		fmt.Fprintf(w, "# TYPE %s %s\n%s{engine=\"0\",%smodel_name=%s} %v\n", name, kind, name, label, quote(s.cfg.Model), value)
	}
	line("gauge", "vllm:num_requests_running", "", l.running)
	line("gauge", "vllm:num_requests_waiting", "", l.waiting)
	line("gauge", "vllm:kv_cache_usage_perc", "", s.blockShare(l.blocks))
	line("counter", "vllm:prefix_cache_queries_total", "", l.prefixQueries)
	line("counter", "vllm:prefix_cache_hits_total", "", l.prefixHits)
	line("counter", "vllm:prompt_tokens_total", "", t.prompt)
	line("counter", "vllm:generation_tokens_total", "", t.generation)
	for _, h := range []*histogram{t.ttft, t.itl, t.e2e} {
		h.write(w, fmt.Sprintf("engine=\"0\",model_name=%s,", quote(s.cfg.Model)))
	}
	for _, reason := range []string{finishStop, finishLength, finishAbort} {
		line("counter", "vllm:request_success_total", fmt.Sprintf("finished_reason=%q,", reason), t.finished[reason])
	}
	line("gauge", "sim:requests_in_flight", "", t.inFlight)
	line("gauge", "sim:max_requests_in_flight", "", t.maxInFlight)
	line("counter", "sim:requests_total", "", t.requests)
	for _, kind := range slices.Sorted(maps.Keys(t.faults)) {
		line("counter", "sim:faults_total", fmt.Sprintf("kind=%q,", kind), t.faults[kind])
	}
}

// blockShare is the share of the KV cache that sequences hold.
func (s *Server) blockShare(used int) float64 {
	if s.cfg.Profile.Blocks == 0 {
		return 0
	}
	return float64(used) / float64(s.cfg.Profile.Blocks)
}
