package instrument

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// In a container there are no threads of the kernel to be seen: how long they waited is not known, rather than none.
func TestSoftirqs(t *testing.T) {
	proc := t.TempDir()
	thread := func(pid, name, schedstat string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(proc, pid), 0o700); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"comm": name, "schedstat": schedstat} {
			if err := os.WriteFile(filepath.Join(proc, pid, file), []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	// watch looks for the threads, lets something happen and tells what one look at them brought.
	watch := func(meanwhile func()) (*record.Lag, *float64) {
		b := &beats{now: func() time.Duration { return 0 }, softirqs: softirqs(proc)}
		meanwhile()
		b.round(0)
		var c result.ClientState
		lag, _ := b.stop(&c, 1)
		return lag, c.SoftirqDelayMaxMs
	}

	thread("1", "splleed", "5 5 5")
	if lag, most := watch(func() {}); lag.Knows(record.StampKernel) || most != nil {
		t.Errorf("none to be seen: lag %v, at most %v ms; want neither to be known", lag.Kernel, most)
	}
	thread("14", "ksoftirqd/0", "5 1000000 5")
	lag, most := watch(func() { thread("14", "ksoftirqd/0", "6 3000000 6") })
	if !lag.Knows(record.StampKernel) || most == nil || *most != 2 {
		t.Errorf("one that waited for 2 ms: lag %v, at most %v ms", lag.Kernel, most)
	}
}
