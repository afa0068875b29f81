package engine

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"
)

// claim returns a port of host that nobody listens on: the wanted one, or for -1 any.
func claim(host string, port int) (int, error) {
	if port == -1 {
		port = 0
	} else if c, err := net.DialTimeout("tcp", address(host, port), time.Second); err == nil {
		c.Close() // some systems let two servers listen, one on all addresses and one on this
		return 0, taken(host, port, nil)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return 0, taken(host, port, err)
	case err != nil:
		return 0, fmt.Errorf("a server cannot listen at 'host' and 'port': %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func taken(host string, port int, err error) error {
	if err == nil {
		err = syscall.EADDRINUSE
	}
	return fmt.Errorf("port %d of %s is already in use; choose another, or port: -1 for any free one: %w", port, host, err)
}

// address is where a server that listens on host is reached from this machine.
func address(host string, port int) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}
