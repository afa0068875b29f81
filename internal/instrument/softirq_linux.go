package instrument

import (
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// softirq is a thread of the kernel's that reads packets (threaded NAPI), or does so when there are too many to read
// them at once (ksoftirqd). While it waits for a core, packets wait for their stamps.
type softirq struct {
	fd   int
	last float64 // seconds that it has waited
	buf  [64]byte
}

// softirqs finds them; nil where the process sees none, as in a container: then nothing is known of their waits.
func softirqs(proc string) (all []*softirq) {
	names, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "comm"))
	for _, path := range names {
		name := text(path)
		if !strings.HasPrefix(name, "napi/") && !strings.HasPrefix(name, "ksoftirqd/") {
			continue
		}
		fd, err := unix.Open(filepath.Join(filepath.Dir(path), "schedstat"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		s := &softirq{fd: fd}
		s.waited()
		all = append(all, s)
	}
	return all
}

// waited is for how long the thread has waited since this was last asked.
func (s *softirq) waited() time.Duration {
	n, err := unix.Pread(s.fd, s.buf[:], 0)
	if err != nil {
		return 0
	}
	waited := schedstat(string(s.buf[:n])).waited
	d := time.Duration((waited - s.last) * 1e9)
	if s.last = waited; d < 0 {
		return 0
	}
	return d
}

func (s *softirq) close() { unix.Close(s.fd) }
