// Package wallclock holds the wall clock against another clock of this machine.
package wallclock

import "time"

// samples are taken of the two clocks: the thread may lose its core in the middle of one.
const samples = 8

// Now is the wall clock's time, in nanoseconds since 1970.
func Now() int64 { return time.Now().UnixNano() }

// Offset is by how much a wall clock is ahead of another clock, in nanoseconds. It reads the wall clock between two
// readings of the other, some times over; the closest pair counts, and the offset is right to within half its width.
func Offset(now func() time.Duration, wall func() int64) (offset int64, width time.Duration) {
	width = time.Hour
	for range samples {
		before := now()
		at := wall()
		if took := now() - before; took < width {
			width, offset = took, at-int64(before+took/2)
		}
	}
	return offset, width
}
