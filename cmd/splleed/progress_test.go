package main

import (
	"testing"

	"github.com/splleed/splleed"
)

func TestProgressInPlainLines(t *testing.T) {
	c, text := silent("")
	show := newProgress(c)
	level := splleed.Progress{Stage: "measure", Level: "concurrency 8", LevelNo: 3, Levels: 9, Trial: 1, Trials: 3, Done: 5, Total: 64}
	show.tell(splleed.Progress{Stage: "server", Message: "starting"})
	show.tell(level)
	level.Stage, level.Message = "level_done", "64 of 64 ok"
	show.tell(level)
	show.clear()
	if got, want := text.String(), "starting\n[3/9] concurrency 8, trial 1 of 3: 64 of 64 ok\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatus(t *testing.T) {
	check := func(now splleed.Progress, want string) {
		t.Helper()
		if got := status(now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	level := splleed.Progress{Stage: "warmup", Level: "10 req/s", LevelNo: 1, Levels: 2, Trial: 1, Trials: 1}
	check(level, "[1/2] 10 req/s, warming up")
	level.Stage, level.Done, level.Total, level.ETASec = "measure", 3, 10, 75.4
	check(level, "[1/2] 10 req/s, 3 of 10 requests, 1m15s left")
	level.Failed = 2
	check(level, "[1/2] 10 req/s, 3 of 10 requests, 2 failed, 1m15s left")
	check(splleed.Progress{Stage: "server", Message: "loading"}, "loading")
}

func TestCut(t *testing.T) {
	if got := cut("äöü", 2); got != "äö" {
		t.Errorf("got %q", got)
	}
}
