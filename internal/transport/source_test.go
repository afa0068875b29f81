package transport

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/splleed/splleed/internal/record"
)

func TestParseSource(t *testing.T) {
	check := func(s string, want ...string) {
		t.Helper()
		all, err := ParseSource(s)
		var got []string
		for _, a := range all {
			got = append(got, a.String())
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", s, got, err, want)
		}
	}
	check("127.0.0.2", "127.0.0.2")
	check("10.0.0.254 - 10.0.1.1", "10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1")
	check("255.255.255.255-255.255.255.255", "255.255.255.255")
	check("::1-::3", "::1", "::2", "::3")
	for _, bad := range []string{"", "localhost", "127.0.0.1:80", "127.0.0.2-", "-127.0.0.2", "127.0.0.3-127.0.0.2", "127.0.0.1-::1", "10.0.0.0-10.0.16.0"} {
		if all, err := ParseSource(bad); err == nil {
			t.Errorf("%q is %d addresses", bad, len(all))
		}
	}
}

func addresses(t *testing.T, ranges string) []netip.Addr {
	t.Helper()
	all, err := ParseSource(ranges)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNoAddress says what to do where the system has no file, no address, or no port of it, left.
func TestNoAddress(t *testing.T) {
	check := func(call string, errno syscall.Errno, advice string) {
		t.Helper()
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(call, errno)}
		f := Timeouts{}.unconnected(record.Connect, err)
		if f.Type != record.Connect || !strings.Contains(f.Message, advice) || !strings.HasPrefix(f.Message, err.Error()) {
			t.Errorf("%s: %v", call, f)
		}
	}
	check("socket", syscall.EMFILE, "raise the limit (ulimit -n)")
	check("bind", syscall.EADDRNOTAVAIL, "the source address is none of this machine's")
	check("connect", syscall.EADDRNOTAVAIL, "give more addresses to connect from (--source-address), or widen net.ipv4.ip_local_port_range")
}
