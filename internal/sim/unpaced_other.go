//go:build !linux

package sim

import "net"

// unpaced is for Linux, where the system may pace.
func unpaced(net.Listener) {}
