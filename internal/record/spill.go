package record

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Spill holds the logs of arrivals of records that have ended: up to a limit in memory, all further ones in a temporary
// file, from which they are read whenever they are asked for. Keeping never waits for the disk, and a disk that is full
// costs memory, not arrivals. A nil Spill keeps logs where they are.
type Spill struct {
	limit int
	chunk int    // bytes of one
	dir   string // of the file; "" for that of the system

	mu      sync.Mutex
	filling *chunk
	used    int // of filling
	held    int // bytes of all chunks that stay in memory
	end     int64
	file    *os.File
	named   bool  // it could not be made nameless
	failed  error // no chunk is written any more
	unread  error // some log could not be read again
	writing sync.WaitGroup
}

// SpillLimit is how many bytes of logs a run keeps in memory: those of some 20 million tokens.
const SpillLimit = 64 << 20

// How many bytes are written at once: as many as stay in memory, within bounds.
const smallest, largest = 4 << 10, 1 << 20

// chunk is logs side by side.
type chunk struct {
	spill *Spill
	bytes atomic.Pointer[[]byte] // nil once they are in the file, from at on
	at    int64
}

// kept is a log in a chunk.
type kept struct {
	in      *chunk
	from, n int32
}

// NewSpill returns a Spill that keeps limit bytes in memory, and at most a megabyte more, which it fills.
func NewSpill(limit int) *Spill {
	return &Spill{limit: limit, chunk: min(max(smallest, limit), largest)}
}

// Keep takes the log of arrivals that nobody else has yet, and to which nothing will be added.
func (s *Spill) Keep(a *Arrivals) {
	if s == nil || len(a.log) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filling == nil || s.used+len(a.log) > len(*s.filling.bytes.Load()) {
		s.next(max(s.chunk, len(a.log)))
	}
	copy((*s.filling.bytes.Load())[s.used:], a.log)
	a.kept = kept{s.filling, int32(s.used), int32(len(a.log))}
	s.used += len(a.log)
	a.log = nil
}

// next begins a chunk. The one that is full stays in memory where there is room.
func (s *Spill) next(size int) {
	if full := s.filling; full != nil {
		if n := len(*full.bytes.Load()); s.held+n <= s.limit || s.failed != nil {
			s.held += n
		} else {
			at := s.end
			s.end += int64(n)
			s.writing.Go(func() { full.write(at) })
		}
	}
	bytes := make([]byte, size)
	s.filling, s.used = &chunk{spill: s}, 0
	s.filling.bytes.Store(&bytes)
}

// write moves a chunk to the file.
func (c *chunk) write(at int64) {
	f, err := c.spill.open()
	if err == nil {
		_, err = f.WriteAt(*c.bytes.Load(), at)
	}
	if err != nil {
		c.spill.fail(&c.spill.failed, err)
		return
	}
	c.at = at
	c.bytes.Store(nil)
}

// open makes the file when it is first needed. Where the system lets it, it has no name: nothing is left behind, however
// the process ends.
func (s *Spill) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil || s.failed != nil {
		return s.file, s.failed
	}
	f, err := os.CreateTemp(s.dir, "splleed-arrivals-")
	if err != nil {
		return nil, err
	}
	s.file, s.named = f, os.Remove(f.Name()) != nil
	return f, nil
}

func (s *Spill) fail(which *error, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *which == nil {
		*which = err
	}
}

// log is the bytes of a log.
func (k kept) log() []byte {
	if k.in == nil {
		return nil
	}
	if bytes := k.in.bytes.Load(); bytes != nil {
		return (*bytes)[k.from : k.from+k.n]
	}
	log := make([]byte, k.n)
	if _, err := k.in.spill.file.ReadAt(log, k.in.at+int64(k.from)); err != nil {
		k.in.spill.fail(&k.in.spill.unread, err)
		return nil
	}
	return log
}

// Close gives the file up, after which no log in it can be read. It says what went wrong: a log that could not be written
// stayed in memory; without one that could not be read, figures are incomplete.
func (s *Spill) Close() []error {
	if s == nil {
		return nil
	}
	s.writing.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var said []error
	if s.failed != nil {
		said = append(said, fmt.Errorf("arrivals stayed in memory, since they could not be put aside: %w", s.failed))
	}
	if s.unread != nil {
		said = append(said, fmt.Errorf("figures are incomplete, since arrivals that were put aside could not be read again: %w", s.unread))
	}
	if s.file != nil {
		_ = s.file.Close() // what is in it means nothing any more
	}
	if s.named {
		_ = os.Remove(s.file.Name())
	}
	return said
}
