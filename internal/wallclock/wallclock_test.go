package wallclock

import (
	"testing"
	"testing/synctest"
	"time"
)

// The reading that nothing came between is the one that counts.
func TestOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ahead = 3 * time.Hour
		begin, reading := time.Now(), 0
		now := func() time.Duration { return time.Since(begin) }
		wall := func() int64 {
			pause := time.Millisecond
			if reading++; reading == 3 {
				pause = time.Microsecond
			}
			time.Sleep(pause)
			at := int64(now() + ahead)
			time.Sleep(pause)
			return at
		}
		if offset, width := Offset(now, wall); time.Duration(offset) != ahead || width != 2*time.Microsecond {
			t.Errorf("%v, read within %v; want %v within 2µs", time.Duration(offset), width, ahead)
		}
	})
}
