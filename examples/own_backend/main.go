// Own_backend benchmarks a server with an API of its own, from outside splleed's module: another path, another body, a
// stream of JSON lines. It starts such a server itself, on a free port of 127.0.0.1.
//
//	cd examples/own_backend && go run .
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"net/url"
	"os"

	"github.com/splleed/splleed"
)

// Toy is the backend: a running server at URL, or one that Open starts.
type Toy struct {
	URL string `json:"url,omitempty"`
}

// Engine names the server in results.
func (Toy) Engine() string { return "toy" }

// Validate is optional: what it finds stands among the other bad fields of the benchmark, as "backend.url".
func (t Toy) Validate() (bad splleed.FieldErrors) {
	_, err := url.Parse(t.URL)
	bad.Check(err == nil, "url", "is no URL: %v", err)
	return bad
}

// Open returns when the server is ready for load.
func (t Toy) Open(_ context.Context, host splleed.Host) (*splleed.Server, error) {
	server := &splleed.Server{URL: t.URL, Model: "toy-1", Dialect: api{}}
	if t.URL == "" {
		var err error
		if server.URL, server.Close, err = serve(); err != nil {
			return nil, err
		}
		server.Managed = true
		if host.Say != nil {
			host.Say("toy server started at " + server.URL)
		}
	}
	return server, nil
}

// api is how the server is spoken to: the other side is in server.go.
type api struct{}

func (api) Path() string             { return "/speak" }
func (api) Framing() splleed.Framing { return splleed.Lines }
func (api) Decoder() splleed.Decoder { return decoder{} }

func (api) Body(r splleed.Request) ([]byte, error) {
	return json.Marshal(question{About: r.Prompt, Words: r.Sampling.Limit()})
}

// decoder keeps nothing from line to line; one that must is a pointer.
type decoder struct{}

// Decode tells what a line brought: text, or the end with the server's own count.
func (decoder) Decode(payload []byte) (splleed.Delta, error) {
	var l line
	if err := json.Unmarshal(payload, &l); err != nil {
		return splleed.Delta{}, err
	}
	switch {
	case l.Word != "":
		return splleed.Delta{Content: splleed.TextContent}, nil
	case l.End != "":
		return splleed.Delta{Finish: l.End, Usage: splleed.Usage{Known: true, Input: l.Heard, Output: l.Spoken}}, nil
	}
	return splleed.Delta{}, nil
}

func main() {
	endpoint := flag.String("endpoint", "", "URL of a running server")
	flag.Parse()
	prompts, err := splleed.SyntheticPrompts(50, 12, nil, 1) // so many that none is sent twice
	if err != nil {
		log.Fatal(err)
	}
	results, err := splleed.Benchmark{
		Backend:     Toy{URL: *endpoint},
		Prompts:     prompts,
		Concurrency: []int{1, 4},
		Runs:        12,
		Sampling:    splleed.Sampling{MaxTokens: 8},
		Progress:    func(p splleed.Progress) { log.Println(p.Stage, p.Level, p.Message) },
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if err := results.Print(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
