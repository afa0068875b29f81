package splleed

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/transport"
)

// sources are the addresses that connections leave from; none where the system chooses. What is bad is left out.
func (b Benchmark) sources() (all []netip.Addr) {
	for _, s := range b.SourceAddress {
		some, err := transport.ParseSource(s)
		if err == nil {
			all = append(all, some...)
		}
	}
	return all
}

func (b Benchmark) checkSources(bad *invalid.Fields) {
	for i, s := range b.SourceAddress {
		_, err := transport.ParseSource(s)
		bad.Check(err == nil, fmt.Sprintf("source_address[%d]", i), `is %q: want an address, or a range such as "127.0.0.2-127.0.0.9": %v`, s, err)
	}
	bad.Check(len(b.sources()) <= transport.MostSources, "source_address", "has more than %d addresses", transport.MostSources)
}

// checkSourcesHere refuses addresses that this machine does not have.
func (b Benchmark) checkSourcesHere(bad *invalid.Fields) {
	for i, s := range b.SourceAddress {
		some, _ := transport.ParseSource(s)
		for _, a := range some {
			c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
			if err != nil {
				bad.Add(fmt.Sprintf("source_address[%d]", i), "%s is no address of this machine: %v", a, err)
				break
			}
			c.Close()
		}
	}
}
