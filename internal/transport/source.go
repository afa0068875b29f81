package transport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
)

// MostSources are the most addresses that a range may have.
const MostSources = 4096

// ParseSource reads a local address, or a range of them: "127.0.0.2", "127.0.0.2-127.0.0.9".
func ParseSource(s string) ([]netip.Addr, error) {
	first, last, isRange := strings.Cut(s, "-")
	from, err := netip.ParseAddr(strings.TrimSpace(first))
	if err != nil || !isRange {
		return []netip.Addr{from}, err
	}
	to, err := netip.ParseAddr(strings.TrimSpace(last))
	if err != nil {
		return nil, err
	}
	if from.Is4() != to.Is4() || to.Less(from) {
		return nil, fmt.Errorf("%s is no range", s)
	}
	var all []netip.Addr
	for a := from; a.IsValid() && !to.Less(a); a = a.Next() {
		if all = append(all, a); len(all) > MostSources {
			return nil, fmt.Errorf("%s has more than %d addresses", s, MostSources)
		}
	}
	return all, nil
}

// sources are the local addresses that connections leave from, in turn.
type sources struct {
	all   []netip.Addr
	dealt atomic.Uint64
}

// deal is the next one; the zero value where the system chooses.
func (s *sources) deal() netip.Addr {
	if len(s.all) == 0 {
		return netip.Addr{}
	}
	return s.all[(s.dealt.Add(1)-1)%uint64(len(s.all))]
}

// sourceOf is an address in net's words, nil for the zero value.
func sourceOf(from netip.Addr) net.Addr {
	if !from.IsValid() {
		return nil
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
}

// noAddress says what to do where the system has no local address, or no port of it, for a connection.
func noAddress(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) && call.Syscall == "bind" {
		return err.Error() + ": the source address is none of this machine's"
	}
	return err.Error() + ": all local ports are taken: give more addresses to connect from (--source-address), or widen net.ipv4.ip_local_port_range"
}
