package instrument

import (
	"net"
	"net/url"

	"github.com/splleed/splleed/internal/result"
)

// PathTo is the way to a server, by the address that packets to it would leave from. None is sent.
func PathTo(u *url.URL) result.Path {
	port := u.Port()
	if port == "" {
		port = "80" // any will do
	}
	c, err := net.Dial("udp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return result.Path{Kind: "unknown"}
	}
	defer c.Close()
	from, to := c.LocalAddr().(*net.UDPAddr).IP, c.RemoteAddr().(*net.UDPAddr).IP
	if to.IsLoopback() || from.Equal(to) {
		return result.Path{Kind: "loopback"}
	}
	return interfaceOf(from)
}

// interfaceOf describes the interface that has an address.
func interfaceOf(ip net.IP) result.Path {
	all, err := net.Interfaces()
	if err != nil {
		return result.Path{Kind: "unknown"}
	}
	for _, i := range all {
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && n.IP.Equal(ip) {
				return describe(i.Name)
			}
		}
	}
	return result.Path{Kind: "unknown"}
}
