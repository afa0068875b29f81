package sim

import (
	"net"

	"golang.org/x/sys/unix"
)

// unpaced has the connections of a listener send at once what is written. BBR, some systems' default, spreads writes over
// time by what it takes for the path's rate: up to milliseconds after the server has said that it sent.
func unpaced(l net.Listener) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // every kernel has Reno
		_ = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "reno")
	})
}
