//go:build !linux

package environ

import (
	"runtime"

	"github.com/splleed/splleed/internal/result"
)

// Client describes the client's machine.
func Client() result.Client {
	m := describe()
	c := result.Client{Kernel: m.release, CPUs: runtime.NumCPU()}
	if m.memory > 0 {
		c.MemoryBytes = &m.memory
	}
	return c
}
