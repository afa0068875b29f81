package main

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// A server that stands still for two seconds of an open loop keeps all waiting that arrive meanwhile. Where a cap holds
// them back, they wait in line: in response times and queue_delay, not in service times. Without one they wait at the
// server, and all times from their sending on show it.
func TestStalledServer(t *testing.T) {
	const still, much, little = 2 * time.Second, 1000.0, 500.0 // ms
	stalled := func(args ...string) (response, service, queued, queuedMost float64) {
		b := newBed(t)
		url, server := b.serve("--ttft-ms", "5", "--itl-ms", "5")
		r := b.measure(url, append([]string{"--arrival-rate", "50", "--runs", "250", "--max-tokens", "4"}, args...)...)
		b.underLoad(url)
		standStill(server, still)
		m := b.level(r, 0).Metrics
		return *m["ttft"].Response.P90, *m["ttft"].Service.P90, *m["queue_delay"].Served.P90, *m["queue_delay"].Served.P99
	}
	response, service, queued, _ := stalled("--concurrency", "4")
	if response < much || queued < much || service > little {
		t.Errorf("with a cap: p90 %v ms of response, %v of service, %v in line", response, service, queued)
	}
	response, service, _, queued = stalled()
	if response < much || service < much || queued > little {
		t.Errorf("without: p90 %v ms of response, %v of service, p99 %v in line", response, service, queued)
	}
}

// standStill keeps a process from running for a while.
func standStill(p *os.Process, d time.Duration) {
	p.Signal(syscall.SIGSTOP)
	time.Sleep(d)
	p.Signal(syscall.SIGCONT)
}
