package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	graceSeconds = "1"
	grace        = time.Second
	atOnce       = 5 * time.Second // after SIGKILL, until everything is gone
)

// moments are when a signal comes: what the fake is like, how to know that it is time, and what runs then.
var moments = map[string]struct {
	fake      fake
	come      func(s *stage) bool
	processes int // at least
}{
	// Splleed and its guard, or what will be one in a moment.
	"launch": {fake{Loads: 3 * time.Minute, Stubborn: true}, func(s *stage) bool { return len(s.marked()) >= 2 }, 2},
	// Splleed, guard, engine, daemon.
	"start-up": {fake{Loads: 3 * time.Minute, Stubborn: true}, func(s *stage) bool {
		_, err := os.Stat(filepath.Join(s.dir, "call.json"))
		return err == nil
	}, 4},
	// Its own request and four in flight: when the thirteenth comes, eight have ended.
	"load": {fake{ITL: 2 * time.Millisecond, Stubborn: true}, func(s *stage) bool { return s.asked() >= 13 }, 4},
}

// begin starts a long run with a stubborn engine and waits for the moment.
func begin(t *testing.T, moment, grace string) (*stage, *running) {
	t.Helper()
	m := moments[moment]
	s := newStage(t, "vllm", m.fake)
	r := s.start(append([]string{"run"}, s.managed("--set", "grace_timeout_s="+grace, "--concurrency", "4", "--runs", "100000", "--max-tokens", "20",
		"-o", "out.csv")...)...)
	until(t, time.Minute, "it is the moment", func() bool { return m.come(s) })
	if n := len(s.marked()); n < m.processes {
		t.Errorf("%d processes, want %d", n, m.processes)
	}
	return s, r
}

// However splleed ends, and whenever, nothing of the server is left: not even a daemon that left its session and is deaf
// to SIGTERM. What was measured is kept, unless splleed is killed.
func TestNothingIsLeft(t *testing.T) {
	check := func(signal syscall.Signal, moment string, code int) {
		t.Run(moment+" "+signal.String(), func(t *testing.T) {
			t.Parallel()
			s, r := begin(t, moment, graceSeconds)
			r.Process.Signal(signal)
			signalled := time.Now()
			until(t, grace+atOnce, "no process is left", func() bool { return len(s.marked()) == 0 })
			took := time.Since(signalled)
			if got := r.code(); got != code {
				t.Errorf("exit code %d, want %d\n%s", got, code, text(r.err))
			}
			if took < grace && moment != "launch" { // then it may not be deaf yet
				t.Errorf("gone after %v: the engine was not given its %v", took, grace)
			}
			if moment == "load" && signal != syscall.SIGKILL {
				s.partial(r)
			} else {
				s.noResults()
			}
		})
	}
	const killed = -1
	for moment := range moments {
		check(syscall.SIGINT, moment, interrupted)
		check(syscall.SIGTERM, moment, terminated)
		check(syscall.SIGKILL, moment, killed)
	}
}

// partial checks that there are results of a run that was stopped: shown, and in both files.
func (s *stage) partial(r *running) {
	s.t.Helper()
	says(s.t, text(r.out), "INTERRUPTED")
	says(s.t, text(r.err), "Stopping: what is done is kept")
	says(s.t, text(filepath.Join(s.dir, "out.csv")), "concurrency")
	saved := s.results("out.json")
	if !saved.Interrupted || len(saved.Results) != 1 {
		s.t.Fatalf("interrupted %v, %d levels", saved.Interrupted, len(saved.Results))
	}
	level := saved.Results[0]
	if level.NumSuccessful < 8 || level.NumFailed != 0 || level.NumRequests != level.NumSuccessful {
		s.t.Errorf("%d requests, %d successful, %d failed; want 8 or more, all of them successful",
			level.NumRequests, level.NumSuccessful, level.NumFailed)
	}
	if len(saved.Warnings) > 0 {
		s.t.Errorf("warnings %q", saved.Warnings)
	}
}

// The second Ctrl-C does not wait for the server, which ends all the same.
func TestSecondInterrupt(t *testing.T) {
	const patience = 3 * time.Second
	for moment := range moments {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			s, r := begin(t, moment, "3")
			r.Process.Signal(syscall.SIGINT)
			first := time.Now()
			until(t, patience/2, "it was heard", func() bool { return strings.Contains(text(r.err), "Once more stops at once") })
			r.Process.Signal(syscall.SIGINT)
			if got := r.code(); got != interrupted {
				t.Errorf("exit code %d", got)
			}
			if took := time.Since(first); took >= patience {
				t.Errorf("ended after %v: it waited for the engine", took)
			}
			until(t, patience+atOnce, "no process is left", func() bool { return len(s.marked()) == 0 })
		})
	}
}

// Ctrl-C on "splleed run … 2>&1 | tee log" ends tee first: what was measured is saved all the same.
func TestInterruptedWithItsReader(t *testing.T) {
	t.Parallel()
	s := newStage(t, "vllm", moments["load"].fake)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command(append([]string{"run"}, s.managed("--runs", "100000", "--max-tokens", "20", "-o", "out.csv")...)...)
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	until(t, time.Minute, "there is load", func() bool { return s.asked() >= 5 })
	read.Close()
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if got := cmd.ProcessState.String(); got != "exit status 130" {
		t.Errorf("ended with %s", got)
	}
	if r := s.results("out.json"); !r.Interrupted || len(r.Results) != 1 || r.Results[0].NumSuccessful == 0 {
		t.Errorf("interrupted %v, levels %v", r.Interrupted, r.Results)
	}
	says(t, text(filepath.Join(s.dir, "out.csv")), "concurrency")
}
