//go:build !linux

package transport

// stamps are the kernel's: here it gives none for TCP.
type stamps struct{}

type stampedReads struct{}

func newStamps(Clock) *stamps                            { return nil }
func (*stamps) on(*socket) *stampedReads                 { return nil }
func (*stamps) steps() int                               { return 0 }
func (*stamps) close()                                   {}
func (*stampedReads) readInto([]byte) (n int, err error) { return 0, nil }
