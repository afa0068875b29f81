// Package quiet keeps the Go runtime out of a measured window: no garbage collection, and a processor of the scheduler's
// for every event loop, so that no goroutine's slice of 10 ms stands between a loop and its thread's turn.
//
// These are settings of the whole process: only for programs that own theirs.
package quiet

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// room is how much a process may grow before it collects garbage after all: the load leaves next to none, and keeps 3 bytes
// a token.
const room = 512 << 20

// Window is a quiet time under way.
type Window struct {
	GC               string // what was chosen for the garbage collector, in words
	percent, threads int    // as they were before
	limit            int64
}

// Begin begins a quiet time for so many event loops. It collects what garbage there is.
func Begin(loops int) *Window {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w := &Window{limit: debug.SetMemoryLimit(-1), threads: runtime.GOMAXPROCS(0)}
	limit := min(w.limit, int64(m.Sys)+room)
	w.GC = fmt.Sprintf("off up to %d MiB", limit>>20)
	debug.SetMemoryLimit(limit)
	w.percent = debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(w.threads + loops)
	return w
}

// End puts everything back.
func (w *Window) End() {
	runtime.GOMAXPROCS(w.threads)
	debug.SetGCPercent(w.percent)
	debug.SetMemoryLimit(w.limit)
}
