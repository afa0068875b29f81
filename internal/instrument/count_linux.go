package instrument

import (
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/steal"
)

// text is a file's content, "" where there is none.
func text(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

// count reads all counters. Those of the network are of the client's namespace.
func count() (c counters) {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) == nil {
		c.cpu = seconds(usage)
	}
	c.threads = threads()
	c.ticks = steal.Now()
	c.throttled = throttled(text("/proc/self/cgroup"))
	c.dropped, c.squeezed = softnet(text("/proc/net/softnet_stat"))
	netstat, snmp := text("/proc/net/netstat"), text("/proc/net/snmp")
	c.pruned = counter(netstat, "TcpExt", "PruneCalled") + counter(netstat, "TcpExt", "RcvPruned")
	c.collapsed = counter(netstat, "TcpExt", "TCPRcvCollapsed")
	c.resent = counter(snmp, "Tcp", "RetransSegs")
	return c
}

func seconds(u unix.Rusage) float64 { return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9 }

// threads are the turns of those of this process that live, by their files.
func threads() map[string]turns {
	all, _ := filepath.Glob("/proc/self/task/*/schedstat")
	found := map[string]turns{}
	for _, path := range all {
		if t := schedstat(text(path)); t.ran >= 0 { // it may have ended
			found[path] = t
		}
	}
	return found
}

// throttled is for how many seconds a quota kept the process from running: the most of its cgroup and those above. A
// container sees its own as the root.
func throttled(cgroups string) float64 {
	most := math.NaN()
	take := func(x float64) {
		if !(x <= most) && !math.IsNaN(x) {
			most = x
		}
	}
	for line := range strings.Lines(strings.TrimSpace(cgroups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) < 3 || f[1] != "" && !strings.Contains(","+f[1]+",", ",cpu,") {
			continue
		}
		for dir := filepath.Clean("/" + f[2]); ; dir = filepath.Dir(dir) {
			take(field(text("/sys/fs/cgroup"+filepath.Join("/", dir, "cpu.stat")), "throttled_usec", 1) / 1e6)
			take(field(text("/sys/fs/cgroup/cpu"+filepath.Join("/", dir, "cpu.stat")), "throttled_time", 1) / 1e9)
			if dir == "/" {
				break
			}
		}
	}
	return most
}

// others reads the clocks that Go does not, between two readings of the monotonic one; the narrowest of some counts.
func others() (r reading, ok bool) {
	var failed error
	get := func(id int32) int64 {
		var t unix.Timespec
		if err := unix.ClockGettime(id, &t); err != nil {
			failed = err
		}
		return t.Nano()
	}
	narrowest := int64(math.MaxInt64)
	for range 8 {
		before := get(unix.CLOCK_MONOTONIC)
		raw, awaken := get(unix.CLOCK_MONOTONIC_RAW), get(unix.CLOCK_BOOTTIME)
		if width := get(unix.CLOCK_MONOTONIC) - before; width < narrowest {
			narrowest, r = width, reading{mono: before + width/2, raw: raw, awaken: awaken}
		}
	}
	return r, failed == nil
}

// clockSource is what the kernel counts time with.
func clockSource() *string {
	s := strings.TrimSpace(text("/sys/devices/system/clocksource/clocksource0/current_clocksource"))
	if s == "" {
		return nil
	}
	return &s
}
