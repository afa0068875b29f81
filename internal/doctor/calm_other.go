//go:build !linux

package doctor

import "time"

func nap(d time.Duration) { time.Sleep(d) }

func threadWaited() *time.Duration { return nil }

// AvailableMemory is not known here.
func AvailableMemory() uint64 { return 0 }
