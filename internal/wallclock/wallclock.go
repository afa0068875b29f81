// Package wallclock holds the wall clock against another clock of this machine.
package wallclock

import "time"

const (
	samples = 8                     // of the two clocks: the thread may lose its core in the middle of one
	aStep   = 10 * time.Microsecond // clocks that nobody sets never move so far against each other from one look to the next
)

// Now is the wall clock's time, in nanoseconds since 1970.
func Now() int64 { return time.Now().UnixNano() }

// Watch follows a wall clock against another clock.
type Watch struct {
	now    func() time.Duration
	wall   func() int64
	Offset int64         // by how much the wall clock is ahead, in nanoseconds
	Width  time.Duration // Offset is right to within half of it
	Jitter time.Duration // the farthest that Offset has moved without a step
	Steps  int           // how often the wall clock was seen to have been set
}

// NewWatch has looked once.
func NewWatch(now func() time.Duration, wall func() int64) *Watch {
	w := &Watch{now: now, wall: wall}
	w.Offset, w.Width = w.look()
	return w
}

// Sample looks again. Both looks may be off by half their width, so what moved by no more than the wider has not been set.
func (w *Watch) Sample() {
	offset, width := w.look()
	if moved := time.Duration(offset - w.Offset).Abs(); moved > aStep+max(w.Width, width) {
		w.Steps++
	} else {
		w.Jitter = max(w.Jitter, moved)
	}
	w.Offset, w.Width = offset, width
}

// look reads the wall clock between two readings of the other, some times over; the closest pair counts.
func (w *Watch) look() (offset int64, width time.Duration) {
	width = time.Hour
	for range samples {
		before := w.now()
		at := w.wall()
		if took := w.now() - before; took < width {
			width, offset = took, at-int64(before+took/2)
		}
	}
	return offset, width
}
