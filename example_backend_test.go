package splleed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/splleed/splleed"
)

// Parrot is a backend of one's own: how to reach a server whose API nobody else has.
type Parrot struct{ URL string }

// Engine is the name under which results list the server.
func (Parrot) Engine() string { return "parrot" }

// Open says where the server is and how to speak to it. One that starts a server here sets Managed and Close too.
func (p Parrot) Open(context.Context, splleed.Host) (*splleed.Server, error) {
	return &splleed.Server{URL: p.URL, Model: "grey", Dialect: parrotAPI{}}, nil
}

// parrotAPI is the server's API: POST /v2/repeat {"say": …, "times": …}, answered with events such as
//
//	data: {"word": "Hello"}
//	data: {"bye": "bored"}
type parrotAPI struct{}

func (parrotAPI) Path() string             { return "/v2/repeat" }
func (parrotAPI) Framing() splleed.Framing { return splleed.SSE }
func (parrotAPI) Decoder() splleed.Decoder { return parrotDecoder{} }

func (parrotAPI) Body(r splleed.Request) ([]byte, error) {
	return json.Marshal(parrotRequest{r.Prompt, r.Sampling.Limit()})
}

type parrotRequest struct {
	Say   string `json:"say"`
	Times int    `json:"times"`
}

type parrotDecoder struct{}

// Decode says of every event whether it brought a token, an end, or neither.
func (parrotDecoder) Decode(payload []byte) (splleed.Delta, error) {
	var event struct{ Word, Bye string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return splleed.Delta{}, err
	}
	if event.Word == "" {
		return splleed.Delta{Finish: event.Bye}, nil
	}
	return splleed.Delta{Content: splleed.TextContent, Tokens: 1}, nil
}

// serveParrot is the server's side.
func serveParrot(w http.ResponseWriter, r *http.Request) {
	var ask parrotRequest
	if json.NewDecoder(r.Body).Decode(&ask) != nil || r.URL.Path != "/v2/repeat" {
		http.Error(w, "squawk", http.StatusBadRequest)
		return
	}
	for range ask.Times {
		fmt.Fprintf(w, "data: {\"word\": %q}\n\n", ask.Say)
	}
	fmt.Fprint(w, "data: {\"bye\": \"bored\"}\n\n")
}

// A server with a path, a request body and a stream of its own.
func ExampleBackend() {
	server := httptest.NewServer(http.HandlerFunc(serveParrot))
	defer server.Close()

	results, err := splleed.Benchmark{
		Backend:     Parrot{URL: server.URL},
		Prompts:     []string{"Hello", "Polly", "Cracker"},
		Concurrency: []int{2},
		Runs:        6,
		Sampling:    splleed.Sampling{MaxTokens: 4},
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	level := results.Results[0]
	fmt.Println(results.Engine, results.Model)
	fmt.Println(level.NumSuccessful, "answers,", level.Tokens.Output, "tokens,", level.Tokens.FinishReasons)
	// Output:
	// parrot grey
	// 6 answers, 24 tokens, map[bored:6]
}
