//go:build !linux

package doctor

import "net"

// routeOf knows loopback only.
func routeOf(c net.Conn) Route {
	if local, ok := c.LocalAddr().(*net.TCPAddr); ok && local.IP.IsLoopback() {
		return Route{Kind: "loopback", Name: "lo"}
	}
	return Route{}
}

func rtt(net.Conn) *float64 { return nil }
