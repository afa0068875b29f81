package environ

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/steal"
)

// Client describes the client's machine.
func Client() result.Client {
	c := root{os.DirFS("/")}.client()
	c.CPUs = runtime.NumCPU()
	if limit := uint64(OpenFiles()); limit > 0 {
		c.OpenFiles = &limit
	}
	return c
}

// root is a system as its files tell of it.
type root struct{ fs.FS }

func (r root) client() result.Client {
	c := result.Client{
		Kernel:          r.line("proc/sys/kernel/osrelease"),
		Governor:        r.all("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"),
		FrequencyDriver: r.all("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_driver"),
		SMT:             parsed(r, "sys/devices/system/cpu/smt/active", func(s string) (bool, error) { return s == "1", nil }),
		NUMANodes:       parsed(r, "sys/devices/system/node/online", countOf),
		ClockSource:     parsed(r, "sys/devices/system/clocksource/clocksource0/current_clocksource", asIs),
		CgroupCPUs:      r.cgroupCPUs(),
		CgroupMemory:    r.cgroupMemory(),
		Container:       r.container(),
		Virtual:         r.virtual(),
		StealShare:      stealShare(r.line("proc/stat")),
		LoopbackMTU:     parsed(r, "sys/class/net/lo/mtu", strconv.Atoi),
		LocalPorts:      parsed(r, "proc/sys/net/ipv4/ip_local_port_range", width),
	}
	if memory := memTotal(r.text("proc/meminfo")); memory > 0 {
		c.MemoryBytes = &memory
	}
	return c
}

func (r root) text(path string) string {
	data, _ := fs.ReadFile(r.FS, path) // by its own way: a sysctl is read in one piece, or it ends after the first
	return string(data)
}

// line is the first line of a file, "" where there is none.
func (r root) line(path string) string {
	line, _, _ := strings.Cut(r.text(path), "\n")
	return strings.TrimSpace(line)
}

func (r root) has(path string) bool {
	_, err := fs.Stat(r, path)
	return err == nil
}

// all are the different words in files of which each CPU has one, nil without any.
func (r root) all(pattern string) *string {
	var words []string
	paths, _ := fs.Glob(r, pattern)
	for _, path := range paths {
		if word := r.line(path); word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return nil
	}
	joined := strings.Join(words, ", ")
	return &joined
}

// parsed is what the first line of a file means, nil where it is not there or means nothing.
func parsed[T any](r root, path string, parse func(string) (T, error)) *T {
	line := r.line(path)
	if line == "" {
		return nil
	}
	v, err := parse(line)
	if err != nil {
		return nil
	}
	return &v
}

func asIs(s string) (string, error) { return s, nil }

// countOf counts a list of ranges: "0-1,4" are 3.
func countOf(list string) (n int, err error) {
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.Atoi(first)
		if err != nil {
			return 0, err
		}
		b, err := strconv.Atoi(last)
		if err != nil || b < a {
			return 0, fmt.Errorf("not a range: %q", part)
		}
		n += b - a + 1
	}
	return n, nil
}

// width is how many numbers lie in "first last".
func width(s string) (int, error) {
	var first, last int
	if _, err := fmt.Sscan(s, &first, &last); err != nil {
		return 0, err
	}
	return last - first + 1, nil
}

// stealShare is since boot.
func stealShare(stat string) *float64 {
	share := steal.In(stat).Since(steal.Ticks{})
	if math.IsNaN(share) {
		return nil
	}
	return &share
}
