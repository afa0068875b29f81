package doctor

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// nap sleeps without Go's timers, which are coarser than what is looked for.
func nap(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_ = unix.Nanosleep(&t, nil)
}

// threadWaited is how long this thread has waited for a CPU in its life, nil where the kernel does not tell.
func threadWaited() *time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/schedstat", unix.Gettid()))
	fields := strings.Fields(string(text)) // ran, waited, slices
	if len(fields) != 3 {
		return nil
	}
	ns, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return nil
	}
	waited := time.Duration(ns)
	return &waited
}

// AvailableMemory is what the kernel says that programs can still get, in bytes; 0 where it does not tell.
func AvailableMemory() uint64 {
	text, _ := os.ReadFile("/proc/meminfo")
	_, rest, _ := strings.Cut(string(text), "MemAvailable:")
	var kib uint64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0
	}
	return kib << 10
}
