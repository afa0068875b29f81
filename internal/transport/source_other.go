//go:build !linux

package transport

import "syscall"

// bindsLate does nothing: a port is chosen by bind here, for one connection at a time.
func bindsLate(_, _ string, _ syscall.RawConn) error { return nil }
