package splleed

import (
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func checkRoom(t *testing.T, b Benchmark, c result.Client, want string) {
	t.Helper()
	err := b.withDefaults().checkRoom(c)
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestOpenFilesAreCounted(t *testing.T) {
	check := func(b Benchmark, limit uint64, want string) {
		t.Helper()
		c := result.Client{OpenFiles: &limit}
		if limit == 0 {
			c.OpenFiles = nil
		}
		checkRoom(t, b, c, want)
	}
	server := OpenAI{Model: "m", Endpoint: "http://localhost:1"}
	check(Benchmark{Backend: server, Concurrency: []int{1, 960, 8}}, 1024, "") // and 64 more
	check(Benchmark{Backend: server, Concurrency: []int{1, 961, 8}}, 1024,
		"concurrency[1]: is 961: that needs 1025 open files, but the limit is 1024: raise it (ulimit -n 1025)")
	check(Benchmark{Backend: server, Concurrency: []int{1e6}}, 0, "")
	check(Benchmark{Backend: server, Mode: Serve}, 1024, "")
	check(Benchmark{Backend: server, Mode: Latency, Concurrency: []int{5000}}, 1024, "")
	check(Benchmark{Backend: Sim{}, Concurrency: []int{481}}, 1024, "that needs 1026 open files") // both ends of 481
}

// TestLocalPortsAreCounted has 1,000 ports at each address.
func TestLocalPortsAreCounted(t *testing.T) {
	check := func(b Benchmark, want string) {
		t.Helper()
		b.Backend = OpenAI{Model: "m", Endpoint: "http://localhost:1"}
		checkRoom(t, b, result.Client{LocalPorts: ptr(1000)}, want)
	}
	check(Benchmark{Concurrency: []int{8, 1000}}, "")
	check(Benchmark{Concurrency: []int{8, 1001}}, "concurrency[1]: is 1001: so many connections to one server need 2 addresses to leave from, each with 1000 local ports, not 1: "+
		"name more in source_address, or widen net.ipv4.ip_local_port_range")
	two := []string{"127.0.0.1", "127.0.0.1"} // of every machine
	check(Benchmark{Concurrency: []int{2000}, SourceAddress: two}, "")
	check(Benchmark{Concurrency: []int{2001}, SourceAddress: two}, "need 3 addresses to leave from, each with 1000 local ports, not 2")
	check(Benchmark{Concurrency: []int{2001}, HTTP2: true}, "")
	check(Benchmark{Concurrency: []int{2001}, HTTP2: true, Connection: PerRequest}, "need 3 addresses")
}

func TestSourceAddresses(t *testing.T) {
	b := Benchmark{Backend: Sim{}, Prompts: []string{"x"}, SourceAddress: []string{"127.0.0.1", "127.0.0.9-127.0.0.2", "here", "10.0.0.0-10.255.255.255"}}
	err := b.Validate()
	for _, want := range []string{`source_address[1]: is "127.0.0.9-127.0.0.2"`, `source_address[2]: is "here"`, "more than 4096 addresses"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	b.SourceAddress = []string{"127.0.0.1", "192.0.2.1"} // which is nobody's
	if _, err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "source_address[1]: 192.0.2.1 is no address of this machine") {
		t.Errorf("got %v", err)
	}
}
