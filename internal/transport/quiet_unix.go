//go:build unix

package transport

import (
	"net"

	"golang.org/x/sys/unix"
)

// quiet reports that a socket has nothing to be read, not even its end. What is no socket of the system cannot be asked.
func quiet(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return true
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	var waiting error
	err = raw.Control(func(fd uintptr) { _, _, waiting = unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK) })
	return err == nil && waiting == unix.EAGAIN
}
