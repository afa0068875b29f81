package transport

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// A link-local address means nothing without its interface.
func TestZone(t *testing.T) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Skip(err) // no loopback interface: nothing has a zone
	}
	check := func(address string, want uint32) {
		t.Helper()
		_, got := sockaddr(netip.MustParseAddrPort(address))
		if a, ok := got.(*unix.SockaddrInet6); !ok || a.ZoneId != want || a.Port != 80 {
			t.Errorf("%s: %+v, want zone %d", address, got, want)
		}
	}
	check("[fe80::1%lo]:80", uint32(lo.Index))
	check("[fe80::1%7]:80", 7)
	check("[fe80::1%nosuch]:80", 0)
	check("[::1]:80", 0)
}
