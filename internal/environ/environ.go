// Package environ describes the machine on which splleed runs: the client's, and for a server that splleed has started
// also the server's. What the system does not tell stays empty; nothing here fails.
package environ

import (
	"math"
	"os"
	"runtime"

	"github.com/splleed/splleed/internal/result"
)

// System describes this machine.
func System() result.System {
	hostname, _ := os.Hostname()
	m := describe()
	return result.System{
		GoVersion: runtime.Version(),
		Platform:  joined("-", runtime.GOOS, m.release, runtime.GOARCH),
		Hostname:  hostname,
		CPUCount:  runtime.NumCPU(),
		CPUModel:  m.cpu,
		MemoryGB:  math.Round(float64(m.memory)/(1<<30)*10) / 10,
	}
}

// machine is what each system tells in its own way.
type machine struct {
	release string // of the kernel
	cpu     string
	memory  uint64 // bytes
}

// joined joins the parts that are there.
func joined(separator string, parts ...string) (s string) {
	for _, p := range parts {
		if s != "" && p != "" {
			s += separator
		}
		s += p
	}
	return s
}
