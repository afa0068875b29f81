package record

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// logs are n logs of up to 1,000 arrivals, and what is in them.
func logs(n int) (all []*Record, want [][]Arrival) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		r := New()
		at := Stamp(0)
		for range rng.IntN(1000) {
			at += Stamp(rng.IntN(1e6) * 100)
			r.Arrivals.Append(Arrival{At: at, Tokens: 1 + rng.IntN(2), Events: 1, Bound: time.Duration(rng.IntN(2) * 1000)})
		}
		all, want = append(all, r), append(want, slices.Collect(r.Arrivals.All()))
	}
	return all, want
}

func holds(t *testing.T, all []*Record, want [][]Arrival) {
	t.Helper()
	for i, r := range all {
		if got := slices.Collect(r.Arrivals.All()); !slices.Equal(got, want[i]) {
			t.Fatalf("log %d has %d arrivals, want %d as they were", i, len(got), len(want[i]))
		}
	}
}

// Logs are the same from memory, while they are written, and from the file; it leaves nothing behind.
func TestSpillGivesBackWhatItKeeps(t *testing.T) {
	for _, limit := range []int{0, smallest, 100 << 10, 1 << 40} {
		all, want := logs(300)
		s := NewSpill(limit)
		s.dir = t.TempDir()
		for _, r := range all {
			size := r.Arrivals.Size()
			s.Keep(&r.Arrivals)
			if r.Arrivals.Size() != size {
				t.Fatalf("a log of %d bytes is said to have %d", size, r.Arrivals.Size())
			}
		}
		holds(t, all, want)
		s.writing.Wait()
		holds(t, all, want)
		if s.held > limit || (s.file != nil) != (limit < 1<<40) {
			t.Errorf("limit %d: %d bytes are held, file %v", limit, s.held, s.file != nil)
		}
		if said := s.Close(); said != nil {
			t.Error(said)
		}
		if left, _ := os.ReadDir(s.dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// Without room on the disk logs stay in memory, and that is said.
func TestSpillWithoutADisk(t *testing.T) {
	all, want := logs(100)
	s := NewSpill(0)
	s.dir = filepath.Join(t.TempDir(), "none")
	for _, r := range all {
		s.Keep(&r.Arrivals)
	}
	s.writing.Wait()
	holds(t, all, want)
	if said := s.Close(); len(said) != 1 || !strings.Contains(said[0].Error(), "stayed in memory") {
		t.Errorf("says %v", said)
	}
}

// What cannot be read again is said, too.
func TestSpillThatIsLost(t *testing.T) {
	all, _ := logs(100)
	s := NewSpill(0)
	s.dir = t.TempDir()
	for _, r := range all {
		s.Keep(&r.Arrivals)
	}
	s.writing.Wait()
	s.file.Close()
	for _, r := range all {
		for range r.Arrivals.All() {
		}
	}
	if said := s.Close(); len(said) != 1 || !strings.Contains(said[0].Error(), "incomplete") {
		t.Errorf("says %v", said)
	}
}

// What a run holds in memory: a request's record, and the log of its arrivals up to the limit.
func TestMemoryOfRecords(t *testing.T) {
	const n, tokens, limit = 20_000, 200, largest
	size := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	s := NewSpill(limit)
	s.dir = t.TempDir()
	before := size()
	all := make([]*Record, 0, n)
	for i := range n {
		r := New()
		r.ID = strings.Repeat("x", 20)
		for at := range tokens {
			r.Arrivals.Append(Arrival{At: Stamp(i+at) * 1e7, Tokens: 1, Events: 1})
		}
		s.Keep(&r.Arrivals)
		all = append(all, r)
	}
	s.writing.Wait()
	each := float64(size()-before-2*limit) / n
	t.Logf("%.0f bytes a request of %d tokens, %.2f bytes a token in the file", each, tokens, float64(s.end)/n/tokens)
	if each > 640 {
		t.Errorf("a request takes %.0f bytes, want 640 at most", each)
	}
	if per := float64(all[0].Arrivals.Size()) / tokens; per > plainSize {
		t.Errorf("a token takes %.2f bytes", per)
	}
	runtime.KeepAlive(all)
	s.Close()
}
