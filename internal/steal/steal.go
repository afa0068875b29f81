// Package steal tells how much of the CPUs' time a hypervisor gave to others.
package steal

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// Ticks is the time of all CPUs since boot, in the kernel's units; zero where it does not tell.
type Ticks struct{ Stolen, All float64 }

// Now reads the time until now.
func Now() Ticks {
	text, _ := os.ReadFile("/proc/stat")
	return In(string(text))
}

// In reads what /proc/stat says of all CPUs: "cpu user nice system idle iowait irq softirq steal guest guest_nice". Guests'
// time is in user's and nice's already.
func In(stat string) (t Ticks) {
	const stolen = 8
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) <= stolen || fields[0] != "cpu" {
		return Ticks{}
	}
	for _, field := range fields[1 : stolen+1] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return Ticks{}
		}
		t.All, t.Stolen = t.All+n, n // the last one
	}
	return t
}

// Since is the share that was stolen after an earlier time; NaN where no time is told.
func (t Ticks) Since(before Ticks) float64 {
	if t.All <= before.All {
		return math.NaN()
	}
	return (t.Stolen - before.Stolen) / (t.All - before.All)
}
