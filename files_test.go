package splleed

import (
	"strings"
	"testing"
)

func TestOpenFilesAreCounted(t *testing.T) {
	check := func(b Benchmark, limit int, want string) {
		t.Helper()
		err := b.withDefaults().checkFiles(limit)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("with %d files: %v, want %q", limit, err, want)
		}
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
