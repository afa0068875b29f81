package transport

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// shorten leaves a listener a queue of one.
func shorten(t *testing.T, listener syscall.RawConn) {
	t.Helper()
	if err := listener.Control(func(fd uintptr) {
		if err := unix.Listen(int(fd), 0); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}
