package driver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/splleed/splleed"
)

// script is a worker whose run is a function of the test.
type script func(ctx context.Context, req request, out *outbox) any

func (s script) run(ctx context.Context, req request, out *outbox) any { return s(ctx, req, out) }

func (script) answer(req request) any {
	switch {
	case req.Type != "render":
		return nil
	case string(req.Results) == `{}`:
		return newFault(badResults, "no results in it")
	}
	return rendered{"render", rendering{"table of " + string(req.Results), "a,b\r\n"}}
}

// untilStopped runs until it is cancelled, and tells when it began.
func untilStopped(ctx context.Context, _ request, out *outbox) any {
	out.send(warning{"warning", "begun"})
	<-ctx.Done()
	return outcome{Type: "result", Interrupted: true, Results: json.RawMessage(`{"results":[]}`)}
}

// never must not be called.
func never(context.Context, request, *outbox) any { panic("a run that nobody asked for") }

// talk is a conversation with a served worker, in a bubble of virtual time.
type talk struct {
	t      *testing.T
	in     *io.PipeWriter
	events *bufio.Reader
	out    *io.PipeReader
	served chan error
}

func begin(t *testing.T, ctx context.Context, w worker) *talk {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	k := &talk{t, inW, bufio.NewReader(outR), outR, make(chan error, 1)}
	go func() {
		err := serve(ctx, inR, outW, "1.2.3", w)
		outW.Close()
		inR.Close() // as the end of a process does
		k.served <- err
	}()
	k.hear(`{"type":"hello","protocol":1,"version":"1.2.3"}`)
	return k
}

func (k *talk) say(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.t.Fatalf("say %s: %v", line, err)
	}
}

func (k *talk) hear(want string) {
	k.t.Helper()
	if got, err := k.events.ReadString('\n'); got != want+"\n" {
		k.t.Fatalf("heard %q, %v\nwant  %q", got, err, want)
	}
}

// over checks that nothing more is said, and with which error Serve returned.
func (k *talk) over(want error) {
	k.t.Helper()
	if rest, err := io.ReadAll(k.events); len(rest) > 0 || err != nil {
		k.t.Errorf("heard %q, %v after the end", rest, err)
	}
	if err := <-k.served; !errors.Is(err, want) {
		k.t.Errorf("Serve: %v, want %v", err, want)
	}
}

const (
	begun       = `{"type":"warning","message":"begun"}`
	interrupted = `{"type":"result","interrupted":true,"exit_code":0,"results":{"results":[]},"table":"","csv":""}`
)

func TestConversation(t *testing.T) {
	check := func(name string, w worker, f func(k *talk)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f(begin(t, t.Context(), w))
			})
		})
	}
	check("a run sees its request and ends with one event", script(func(_ context.Context, req request, out *outbox) any {
		out.offer(progress{"progress", splleed.Progress{Stage: "measure", Level: string(req.Config), Done: 3}})
		return newFault(failed, "no server")
	}), func(k *talk) {
		k.say(`{"type":"run","config":{"trials":2}}`)
		k.hear(`{"type":"progress","stage":"measure","level":"{\"trials\":2}","level_no":0,"levels":0,"trial":0,"trials":0,"done":3,"total":0,"failed":0,"eta_sec":0}`)
		k.hear(`{"type":"error","code":"failed","message":"no server"}`)
		k.in.Close()
		k.over(nil)
	})
	check("runs follow each other without a pause", script(func(_ context.Context, req request, _ *outbox) any {
		return warning{"warning", string(req.Config)}
	}), func(k *talk) {
		for range 50 {
			k.say(`{"type":"run","config":7}`)
			k.hear(`{"type":"warning","message":"7"}`)
		}
		k.in.Close()
		k.over(nil)
	})
	check("cancel ends the run, not the conversation", script(untilStopped), func(k *talk) {
		for range 2 {
			k.say(`{"type":"run","config":{}}`)
			k.hear(begun)
			k.say(`{"type":"cancel"}`)
			k.hear(interrupted)
		}
		k.in.Close()
		k.over(nil)
	})
	check("cancel without a run is nothing", script(never), func(k *talk) {
		k.say(`{"type":"cancel"}`)
		k.in.Close()
		k.over(nil)
	})
	check("the end of in cancels, and the results so far are written", script(untilStopped), func(k *talk) {
		k.say(`{"type":"run","config":{}}`)
		k.hear(begun)
		k.in.Close()
		k.hear(interrupted)
		k.over(nil)
	})
	check("a reader that is gone cancels", script(untilStopped), func(k *talk) {
		k.say(`{"type":"run","config":{}}`)
		k.hear(begun)
		k.out.Close()
		k.say(`{"type":"schema"}`) // the answer finds nobody
		if err := <-k.served; err != nil {
			k.t.Errorf("Serve: %v", err)
		}
	})
	check("a failing in cancels and is reported", script(untilStopped), func(k *talk) {
		k.say(`{"type":"run","config":{}}`)
		k.hear(begun)
		k.in.CloseWithError(io.ErrNoProgress)
		k.hear(interrupted)
		k.over(io.ErrNoProgress)
	})
	check("one run at a time", script(untilStopped), func(k *talk) {
		k.say(`{"type":"run","config":{}}`)
		k.hear(begun)
		k.say(`{"type":"run","config":{}}`)
		k.hear(`{"type":"error","code":"busy","message":"a run is going on"}`)
		k.say(`{"type":"cancel"}`)
		k.hear(interrupted)
		k.in.Close()
		k.over(nil)
	})
	check("bad requests are answered and run nothing", script(never), func(k *talk) {
		bad := func(line, message string) {
			k.say(line)
			k.hear(`{"type":"error","code":"bad_request","message":"` + message + `"}`)
		}
		bad(`nonsense`, `bad request: invalid character 'o' in literal null (expecting 'u')`)
		bad(`{"type":"stop"}`, `unknown request type \"stop\"`)
		bad(`{"type":"run","config":{},"recrods":true}`, `bad request: json: unknown field \"recrods\"`)
		bad(`{"type":"run"} {"type":"run"}`, `bad request: more than one value on a line`)
		k.say(``) // an empty line is nothing
		k.in.Close()
		k.over(nil)
	})
	check("a request may be longer than any buffer", script(func(_ context.Context, req request, _ *outbox) any {
		return warning{"warning", strings.Repeat("x", len(req.Config))}
	}), func(k *talk) {
		k.say(`{"type":"run","config":"` + strings.Repeat("p", 1<<20) + `"}`)
		k.hear(`{"type":"warning","message":"` + strings.Repeat("x", 1<<20+2) + `"}`)
		k.in.Close()
		k.over(nil)
	})
	check("render", script(never), func(k *talk) {
		k.say(`{"type":"render","results":[1]}`)
		k.hear(`{"type":"render","table":"table of [1]","csv":"a,b\r\n"}`)
		k.say(`{"type":"render","results":{}}`)
		k.hear(`{"type":"error","code":"bad_results","message":"no results in it"}`)
		k.in.Close()
		k.over(nil)
	})
}

func TestContextEndsServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		k := begin(t, ctx, script(untilStopped))
		k.say(`{"type":"run","config":{}}`)
		k.hear(begun)
		cancel()
		k.hear(interrupted)
		k.over(nil)
	})
}

// A reader that stands still holds up records, which must not be lost, but not progress.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10 * backlog
		k := begin(t, t.Context(), script(func(_ context.Context, _ request, out *outbox) any {
			for range n {
				out.offer(progress{Type: "progress"})
			}
			return newFault(failed, "all offered")
		}))
		k.say(`{"type":"run","config":{}}`)
		synctest.Wait() // the run is through with its progress although nobody reads
		seen := 0
		for {
			line, err := k.events.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, "all offered") {
				break
			}
			seen++
		}
		if seen < backlog || seen >= n {
			t.Errorf("%d of %d progress events came through, want at least the backlog and not all", seen, n)
		}
		k.in.Close()
		k.over(nil)
	})
}

func TestRecordsAreCutIntoLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := begin(t, t.Context(), script(func(_ context.Context, _ request, out *outbox) any {
			r := &records{out: out}
			for _, part := range []string{`{"id":`, "1}\n{\"id\":2}\n{", `"id":3}`, "\n", "{\"type\":\"level\",\"note\":{}}\n"} {
				if n, err := r.Write([]byte(part)); n != len(part) || err != nil {
					t.Errorf("Write(%q) = %d, %v", part, n, err)
				}
			}
			return warning{"warning", "end"}
		}))
		k.say(`{"type":"run","config":{},"records":true}`)
		k.hear(`{"type":"record","record":{"id":1}}`)
		k.hear(`{"type":"record","record":{"id":2}}`)
		k.hear(`{"type":"record","record":{"id":3}}`)
		k.hear(`{"type":"note","note":{"type":"level","note":{}}}`)
		k.hear(`{"type":"warning","message":"end"}`)
		k.in.Close()
		k.over(nil)
	})
}

func TestSchema(t *testing.T) {
	types := describe().Types
	check := func(name, want string) {
		t.Helper()
		var got []string
		for _, f := range types[name] {
			got = append(got, f.Name+":"+f.Kind)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s is\n%s, want\n%s", name, s, want)
		}
	}
	check("slo", "ttft_ms:number tpot_ms:number itl_ms:number e2el_ms:number")
	check("gpu", "index:integer name:string vram_mb:integer driver_version:string cuda_version:string")
	check("backend:openai", "model:string endpoint:string api:string path:string preset:string api_key:string api_key_env:string headers:object extra_body:object")
	for _, name := range []string{"benchmark", "sampling", "timeouts", "progress", "results", "level", "backend:vllm", "backend:sim"} {
		if len(types[name]) == 0 {
			t.Errorf("%s has no fields", name)
		}
	}
	for _, f := range types["results"] {
		if f.Name == "timestamp" && f.Kind != "string" {
			t.Errorf("timestamp is a %s, want a string", f.Kind)
		}
	}
	for _, f := range types["benchmark"] {
		if f.Name == "Progress" || f.Name == "-" {
			t.Errorf("%s is no data", f.Name)
		}
	}
}
