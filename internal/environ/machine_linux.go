package environ

import (
	"os"
	"strconv"
	"strings"
)

func describe() machine {
	read := func(path string) string {
		text, _ := os.ReadFile(path)
		return string(text)
	}
	return machine{
		release: strings.TrimSpace(read("/proc/sys/kernel/osrelease")),
		cpu:     cpuModel(read("/proc/cpuinfo")),
		memory:  memTotal(read("/proc/meminfo")),
	}
}

// cpuModel finds the CPU's name in /proc/cpuinfo. ARM's kernel does not name it; device trees of small boards do.
func cpuModel(cpuinfo string) string {
	for _, key := range []string{"model name", "Model", "cpu model", "cpu"} {
		if name := value(cpuinfo, key); name != "" {
			return strings.Join(strings.Fields(name), " ")
		}
	}
	return ""
}

// memTotal finds the memory in /proc/meminfo, "MemTotal:  8000000 kB", in bytes.
func memTotal(meminfo string) uint64 {
	kib, unit, _ := strings.Cut(value(meminfo, "MemTotal"), " ")
	n, err := strconv.ParseUint(kib, 10, 64)
	if err != nil || unit != "kB" {
		return 0
	}
	return n << 10
}

// value finds the first line "key : value".
func value(text, key string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
