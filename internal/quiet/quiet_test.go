package quiet

import (
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// settings are those that a Window changes.
func settings() [3]int64 {
	percent := debug.SetGCPercent(100)
	debug.SetGCPercent(percent)
	return [3]int64{int64(percent), debug.SetMemoryLimit(-1), int64(runtime.GOMAXPROCS(0))}
}

func TestAWindowLeavesNothingBehind(t *testing.T) {
	before := settings()
	w := Begin(2)
	during := settings()
	if during[0] != -1 || during[1] <= room || during[1] == math.MaxInt64 || during[2] != before[2]+2 {
		t.Errorf("collector, limit and processors are %v, were %v", during, before)
	}
	if !strings.HasPrefix(w.GC, "off up to ") {
		t.Errorf("GC = %q", w.GC)
	}
	w.End()
	if after := settings(); after != before {
		t.Errorf("%v are left of %v", after, before)
	}
}

func TestALowerLimitOfTheUsersStands(t *testing.T) {
	before := debug.SetMemoryLimit(1 << 20)
	defer debug.SetMemoryLimit(before)
	w := Begin(1)
	defer w.End()
	if got := debug.SetMemoryLimit(-1); got != 1<<20 || w.GC != "off up to 1 MiB" {
		t.Errorf("limit %d, %q", got, w.GC)
	}
}

func TestAWindowCollectsNothing(t *testing.T) {
	w := Begin(0)
	defer w.End()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		sink = make([]byte, 100<<10) // 100 MB in all: dozens of collections without a Window
	}
	runtime.ReadMemStats(&after)
	if after.NumGC != before.NumGC {
		t.Errorf("%d collections", after.NumGC-before.NumGC)
	}
}

var sink []byte
