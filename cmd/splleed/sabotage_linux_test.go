package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed"
)

// Sabotage: what is done to the client from outside must fall to its grade, with the right reason.

func init() { parts["spinner"] = spin }

// spin wants a core for as long as somebody holds the other end of its input, but not for ever.
func spin() {
	go func() {
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
	}
}

// blamed fails unless the grade fell for each of the reasons.
func blamed(t *testing.T, l splleed.Level, reasons ...string) {
	t.Helper()
	all := strings.Join(l.Instrument.Reasons, "\n")
	for _, want := range reasons {
		if l.Instrument.Grade == "ok" || !strings.Contains(all, want) {
			t.Errorf("grade %s, for\n%s\nwant %q", l.Instrument.Grade, all, want)
		}
	}
}

// lowered sets how many files a process may have open.
func lowered(pid, files int) error {
	limit := unix.Rlimit{Cur: uint64(files), Max: uint64(files)}
	return unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil)
}

// Two processes want the client's core: the kernel's stamps are right all the same, and the grade falls.
func TestTakenCPU(t *testing.T) {
	for _, transport := range []string{"epoll", "portable"} {
		t.Run(transport, func(t *testing.T) {
			b := newBed(t)
			url, server := b.serve("--ttft-ms", "20", "--itl-ms", "8")
			b.spinners()
			l := b.level(b.measure(url, "--transport", transport, "--concurrency", "32", "--runs", "96", "--max-tokens", "64"), 0)
			server.Signal(os.Interrupt) // which writes the log to its end
			server.Wait()
			blamed(t, l, "the client was starved: its threads waited for a core")
			b.holdsTruth(l)
		})
	}
}

// A client that is stopped again and again is late to look, and late to send.
func TestStoppedClient(t *testing.T) {
	b := newBed(t)
	url, _ := b.serve("--ttft-ms", "5", "--itl-ms", "5")
	r := b.measure(url, "--arrival-rate", "100", "--arrival-pattern", "constant", "--runs", "300", "--max-tokens", "4")
	b.underLoad(url)
	for range 4 {
		standStill(r.Process, 60*time.Millisecond)
		time.Sleep(200 * time.Millisecond)
	}
	blamed(t, b.level(r, 0), "the client was starved: a core that serves the network was out of reach", "requests went up to")
}

// A client that may open too few connections says that the load was not kept up, and that this was its own fault.
func TestCappedConnections(t *testing.T) {
	b := newBed(t)
	url, _ := b.serve("--ttft-ms", "5", "--itl-ms", "5")
	r := b.measure(url, "--concurrency", "32", "--connection", "per-request", "--runs", "2000", "--max-tokens", "8")
	b.underLoad(url)
	if err := lowered(r.Process.Pid, 24); err != nil {
		t.Fatal(err)
	}
	blamed(t, b.level(r, 3), "the client held the load back: it had no file")
}
