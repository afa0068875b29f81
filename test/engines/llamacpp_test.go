//go:build engines && linux

package engines

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var llamaCpp = engine{
	backend: "llamacpp",
	command: "llama-server",
	model:   "tiny.gguf",
	env:     "SPLLEED_LLAMACPP_PATH",
	limit:   time.Minute,
	serve: func(model, port string) []string {
		return []string{"--model", model, "--host", "127.0.0.1", "--port", port, "--metrics", "--alias", "tiny", "--parallel", "4"}
	},
	counters: func(m map[string]float64) counts {
		return counts{int(m["llamacpp:tokens_predicted_total"]), int(m["llamacpp:prompt_tokens_total"])}
	},
}

func TestLlamaCppCounts(t *testing.T) {
	s := llamaCpp.start(t)
	for i, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			before := s.count(t)
			c := llamaCpp.splleed(t, append(words(i), "--endpoint", s.url)...)
			c.end(t, 0)
			journal := c.journal(t)
			agree(t, journal, s.count(t).minus(before).minus(c.probe(t)))
			c.serverAgrees(t, "llamacpp", "running", "waiting")
			for _, r := range journal {
				if r.Resent {
					t.Fatal("a request was sent twice: is a connection used that the server has closed?")
				}
			}
			if e := c.results(t).Environment.Engine; e.Name != "llamacpp" || e.Version == "" || e.Managed {
				t.Errorf("the engine is %+v", e)
			}
		})
	}
}

// The APIs beside completions and chat, and answers in one piece: their counts are the engine's, too.
func TestLlamaCppAPIs(t *testing.T) {
	s := llamaCpp.start(t)
	for i, flags := range []string{
		"--api native --ignore-eos", "--api native --no-stream", "--api completions --no-stream", "--api responses", "--api messages",
	} {
		t.Run(flags, func(t *testing.T) {
			before := s.count(t)
			fixed := []string{"--concurrency", "2", "--runs", "8", "--max-tokens", "24", "--input-len", "24", "--no-filler", "--max-error-rate", "1", "--seed"}
			fixed = append(fixed, strconv.Itoa(100+i), "--endpoint", s.url)
			c := llamaCpp.splleed(t, append(strings.Fields(flags), fixed...)...)
			c.end(t, 0)
			agree(t, c.journal(t), s.count(t).minus(before).minus(c.probe(t)))
			if r := c.results(t).Results[0]; r.NumSuccessful == 0 {
				t.Errorf("none of %d requests succeeded: %+v", r.NumRequests, r.Failures)
			}
		})
	}
}

// A model that drafts for itself is always right where the likeliest is said. The engine counts what it drafted, and the
// tokens that came of it are those of the requests.
func TestLlamaCppSpeculates(t *testing.T) {
	extra := `extra_args={"spec_type":"draft-simple","model_draft":"` + llamaCpp.modelPath(t) + `"}`
	c := llamaCpp.splleed(t, llamaCpp.managed(t, "--set", extra, "--concurrency", "2", "--runs", "8", "--max-tokens", "40",
		"--ignore-eos", "--temperature", "0", "--input-len", "24", "--no-filler")...)
	c.end(t, 0)
	c.serverAgrees(t, "llamacpp", "running")
	switch s := c.results(t).Results[0].Server; {
	case s.Accepted == nil || s.Counters["spec_decode_draft_tokens"] == 0:
		t.Errorf("no drafts: %+v", s)
	case *s.Accepted != 1:
		t.Errorf("%.1f %% of its own drafts were accepted, want all", 100**s.Accepted)
	default:
		t.Logf("%.0f drafted tokens, all of them accepted", s.Counters["spec_decode_draft_tokens"])
	}
}

// Vectors and scores, of servers that splleed starts for nothing else: latency, throughput, and usage's count of
// prompt tokens. The scores of a model that was not made for them are as random as its words.
func TestLlamaCppComputes(t *testing.T) {
	for api, extra := range map[string]string{"embeddings": `{"embedding":true,"pooling":"mean"}`, "rerank": `{"reranking":true}`} {
		t.Run(api, func(t *testing.T) {
			flags := llamaCpp.managed(t, "--api", api, "--set", "extra_args="+extra, "--concurrency", "2", "--runs", "8", "--input-len", "24")
			c := llamaCpp.splleed(t, flags...)
			c.end(t, 0)
			if l := c.results(t).Results[0]; l.NumSuccessful != 8 || l.TTFT != nil || l.E2E == nil {
				t.Errorf("the level is %+v", l)
			}
			for _, r := range c.journal(t) {
				if r.Failure == nil && (r.InputTokens == nil || *r.InputTokens < 24) {
					t.Errorf("input tokens are not known: %+v", r)
				}
			}
		})
	}
}

// Of a managed server, the log has the counts: its first request is splleed's own, with one token.
func TestLlamaCppManaged(t *testing.T) {
	for i, l := range loads[:7] {
		t.Run(l.name, func(t *testing.T) {
			c := llamaCpp.splleed(t, append(words(i), llamaCpp.managed(t, "--set", "quiet=false", "--set", "alias=tiny")...)...)
			c.end(t, 0)
			logged := logged(t, c)
			probe := logged[0]
			if probe.output != 1 {
				t.Errorf("the first request had %d tokens, want one", probe.output)
			}
			engines := counts{}
			for _, r := range logged[1:] {
				engines = engines.plus(r)
			}
			agree(t, c.journal(t), engines)
			if e := c.results(t).Environment.Engine; e.Name != "llamacpp" || e.Version == "" || !e.Managed {
				t.Errorf("the engine is %+v", e)
			}
		})
	}
}

// timing is what llama-server logs when a request is done: "eval time = 4.1 ms / 64 tokens", for prompt and output.
var timing = regexp.MustCompile(`(prompt)? +eval time = .* ms / +(\d+) `)

// logged are the requests of a managed server by its own log.
func logged(t *testing.T, c *command) (all []counts) {
	t.Helper()
	logs, _ := filepath.Glob(c.file("*.log"))
	if len(logs) != 1 {
		t.Fatalf("logs: %v", logs)
	}
	text, err := os.ReadFile(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range timing.FindAllSubmatch(text, -1) {
		n, _ := strconv.Atoi(string(m[2]))
		if len(m[1]) > 0 {
			all = append(all, counts{input: n})
		} else {
			all[len(all)-1].output = n
		}
	}
	if len(all) == 0 {
		t.Fatalf("nothing was logged:\n%s", text)
	}
	return all
}

// A server that dies under load costs the requests that it had and those that come after. What was done before is kept.
func TestLlamaCppKilled(t *testing.T) {
	t.Run("connect", func(t *testing.T) {
		s := llamaCpp.start(t)
		killed(t, llamaCpp.splleed(t, append(long, "--endpoint", s.url)...), s.kill)
	})
	t.Run("managed", func(t *testing.T) {
		c := llamaCpp.splleed(t, append(long, llamaCpp.managed(t)...)...)
		killed(t, c, func() { syscall.Kill(c.named(t, "llama-server").pid, syscall.SIGKILL) })
		if !strings.Contains(c.stdout.String(), "ended by itself: signal: killed") {
			t.Errorf("the report does not say that the server was killed:\n%s", &c.stdout)
		}
	})
}

// What the engine says last is in the error.
func TestLlamaCppDoesNotStart(t *testing.T) {
	llamaCpp.doesNotStart(t, "bad flag", llamaCpp.managed(t, "--set", `extra_args={"no_such_flag":1}`),
		"llama-server ended before it was ready", "  | error: invalid argument: --no-such-flag")
	llamaCpp.doesNotStart(t, "no such model", []string{"--managed", "--model", "nowhere.gguf", "--set", "port=-1"},
		"llama-server ended before it was ready", "nowhere.gguf", "  | ")
	llamaCpp.doesNotStart(t, "out of memory", llamaCpp.managed(t, "--set", "ctx_size=50000000", "--set", `extra_args={"fit":"off"}`, "--executable", llamaCpp.limited(t, 4_000_000)),
		"llama-server ended before it was ready", "  | ", "failed to allocate")
	llamaCpp.portTaken(t)
}

// Ctrl-C ends splleed and its server, whatever they are about.
func TestLlamaCppInterrupted(t *testing.T) {
	t.Run("at launch", func(t *testing.T) {
		c := llamaCpp.splleed(t, append(long, llamaCpp.managed(t)...)...)
		until(t, 30*time.Second, "a process is launched", func() bool { return len(c.running()) >= 2 })
		c.interrupt(t)
	})
	t.Run("during start", func(t *testing.T) {
		// The server waits for its model, which never comes.
		model := filepath.Join(t.TempDir(), "pipe.gguf")
		if err := syscall.Mkfifo(model, 0o600); err != nil {
			t.Fatal(err)
		}
		c := llamaCpp.splleed(t, "--model", model, "--set", "port=-1", "--set", "grace_timeout_s=2")
		until(t, 30*time.Second, "the server is started", func() bool { return len(c.running()) >= 3 })
		c.interrupt(t)
	})
	t.Run("during warm-up", func(t *testing.T) {
		port := freePort(t)
		c := llamaCpp.splleed(t, append(append(long, "--warmup", "500"), llamaCpp.managed(t, "--set", "port="+port)...)...)
		until(t, llamaCpp.limit, "four requests' tokens are made", func() bool {
			m, _ := metricsOf("http://127.0.0.1:" + port)
			return m["llamacpp:tokens_predicted_total"] >= 400
		})
		c.interrupt(t)
	})
	t.Run("under load", func(t *testing.T) {
		c := llamaCpp.splleed(t, append(long, llamaCpp.managed(t)...)...)
		c.underLoad(t, 12)
		c.interrupt(t)
		c.keptWhatWasDone(t)
	})
	t.Run("while it stops", func(t *testing.T) {
		llamaCpp.interruptedStop(t, llamaCpp.managed(t))
	})
}

// Three ways for a managed server to stop: when nothing is asked of it, while somebody else's stream holds it up, and
// when splleed is killed.
func TestLlamaCppStops(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		llamaCpp.stopsIdle(t)
	})
	t.Run("a stranger's stream in flight", func(t *testing.T) {
		llamaCpp.stopsUnderStranger(t, llamaCpp.managed(t))
	})
	t.Run("killed parent", func(t *testing.T) {
		llamaCpp.stopsWithoutParent(t, llamaCpp.managed(t))
	})
}
