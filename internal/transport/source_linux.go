package transport

import (
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// bindLate leaves the choice of a port to connect, which may take one that is in use to another address.
func bindLate(fd int) { _ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) }

// bind has the connection leave from an address, unless that is the zero value.
func bind(fd int, from netip.Addr, family int) error {
	if !from.IsValid() {
		return nil
	}
	own, address := sockaddr(netip.AddrPortFrom(from, 0))
	if own != family {
		return &net.AddrError{Err: "no way from this source to such an address", Addr: from.String()}
	}
	bindLate(fd)
	return os.NewSyscallError("bind", unix.Bind(fd, address))
}

func bindsLate(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) { bindLate(int(fd)) })
}
