package splleed_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

func TestTransport(t *testing.T) {
	b := splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Runs: 4,
		Sampling: splleed.Sampling{MaxTokens: 4},
	}
	check := func(asked, transport, stamps string) {
		t.Helper()
		b.Transport = asked
		results, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		in := results.Results[0].Instrument
		if in.Transport != transport || in.Stamps != stamps || (in.Delay != nil) != (stamps == "kernel") || (in.Loss != nil) != (stamps == "kernel") {
			t.Errorf("%q: %+v, want %s with stamps of the %s", asked, in, transport, stamps)
		}
		if d := in.Departed; (d != nil && *d == 1) != b.TransmitStamps {
			t.Errorf("stamps of what was sent: %v, asked for: %v", d, b.TransmitStamps)
		}
	}
	if runtime.GOOS == "linux" {
		check("", "epoll", "kernel")
		check("epoll", "epoll", "kernel")
		check("portable", "portable", "kernel")
	} else {
		check("", "portable", "user")
		check("portable", "portable", "user")
	}
	if runtime.GOOS == "linux" {
		b.TransmitStamps = true
		check("", "epoll", "kernel")
		b.Transport = "portable"
		if err := b.Validate(); err == nil || !strings.Contains(err.Error(), "transmit_stamps: are given to epoll alone") {
			t.Errorf("got %v", err)
		}
		b.TransmitStamps = false
	}
	b.Transport = "pigeon"
	if err := b.Validate(); err == nil || !strings.Contains(err.Error(), `transport: is "pigeon": want auto, epoll, portable`) {
		t.Errorf("got %v", err)
	}
	b.Transport, b.Backend = "epoll", splleed.OpenAI{Model: "m", Endpoint: "https://127.0.0.1:9"}
	if _, err := b.Run(t.Context()); err == nil {
		t.Error("epoll was to speak https")
	}
}

// TestHTTP2 has 20 streams share what a server of Go's takes on one connection, 250.
func TestHTTP2(t *testing.T) {
	b := splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Concurrency: []int{20}, Runs: 60,
		Sampling: splleed.Sampling{MaxTokens: 4}, HTTP2: true,
	}
	results, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := results.Results[0]
	if in := l.Instrument; l.NumSuccessful != 60 || in.Transport != "http2" || in.Stamps != "user" || in.Path.SharedConnections != 1 {
		t.Errorf("%d succeeded; %+v", l.NumSuccessful, in)
	}
	b.Transport = "epoll"
	if err := b.Validate(); err == nil || !strings.Contains(err.Error(), "http2: is not spoken by epoll") {
		t.Errorf("got %v", err)
	}
	old := httptest.NewServer(http.HandlerFunc(completion))
	defer old.Close()
	b.Transport, b.Backend = "", splleed.OpenAI{Model: "m", API: "completions", Endpoint: old.URL}
	if _, err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), `the server does not speak HTTP/2: it answered "HTTP/1.1 `) {
		t.Errorf("got %v", err)
	}
}

// TestOwnProcess is told of the collector only where it was asked for.
func TestOwnProcess(t *testing.T) {
	b := splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Runs: 4,
		Sampling: splleed.Sampling{MaxTokens: 4},
	}
	for _, own := range []bool{false, true} {
		b.OwnProcess = own
		results, err := b.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if gc := results.Results[0].Instrument.GC; (gc != "") != own {
			t.Errorf("own process %v: collector %q", own, gc)
		}
	}
}
