package main

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// cost is what the process had used up when the load began.
type cost struct {
	begun   time.Time
	cpu     float64
	mallocs uint64
}

func startCost() cost { return cost{time.Now(), cpu(), mallocs()} }

// end notes what the load has cost.
func (c cost) end(o *outcome) {
	o.Wall, o.CPU, o.Mallocs = time.Since(c.begun).Seconds(), cpu()-c.cpu, mallocs()-c.mallocs
}

// cpu is the time in seconds that the process has had, its own and the kernel's.
func cpu() float64 {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
