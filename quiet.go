package splleed

import (
	"github.com/splleed/splleed/internal/quiet"
	"github.com/splleed/splleed/internal/transport"
)

// hush keeps the Go runtime out of a level, where the process is the benchmark's own. It returns what ends that.
func (r *run) hush() (end func()) {
	r.loops = transport.Loops(r.wire)
	if !r.b.OwnProcess {
		return func() {}
	}
	w := quiet.Begin(r.loops)
	r.gc = w.GC
	return w.End
}
