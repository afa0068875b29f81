package doctor

import (
	"context"
	"runtime"
	"slices"
	"time"
)

const (
	beat   = time.Millisecond
	beats  = 1500
	maps   = 50 // comparisons of the clocks
	bracks = 8  // readings, of which the narrowest counts
)

// Look finds out how calm the machine is, in about 2 s.
func Look(ctx context.Context) (c Calm) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	waited := threadWaited()
	begun := time.Now()
	for range beats {
		if ctx.Err() != nil {
			return c
		}
		before := time.Now()
		nap(beat)
		c.Gaps = append(c.Gaps, max(0, float64(time.Since(before)-beat)/1e6))
	}
	if after := threadWaited(); waited != nil && after != nil {
		share := float64(*after-*waited) / float64(time.Since(begun))
		c.Waited = &share
	}
	c.MapWidth, c.MapJitter = compareClocks()
	return c
}

// compareClocks reads the wall clock between two readings of the monotonic one, many times.
func compareClocks() (width, jitter float64) {
	epoch := time.Now()
	var widths, offsets []int64
	for range maps {
		narrowest, offset := int64(time.Hour), int64(0)
		for range bracks {
			before := time.Since(epoch)
			wall := time.Now().UnixNano()
			if w := int64(time.Since(epoch) - before); w < narrowest {
				narrowest, offset = w, wall-int64(before)-w/2
			}
		}
		widths, offsets = append(widths, narrowest), append(offsets, offset)
		time.Sleep(beat)
	}
	slices.Sort(widths)
	return float64(widths[len(widths)/2]) / 1e6, float64(slices.Max(offsets)-slices.Min(offsets)) / 1e6
}
