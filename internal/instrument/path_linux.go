package instrument

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/result"
)

// describe tells what a network interface is: one with a device behind it is a NIC, if only of a virtual machine.
func describe(name string) result.Path {
	at := filepath.Join("/sys/class/net", name)
	p := result.Path{Kind: "virtual", Interface: name, Driver: driver(name), ThreadedNAPI: strings.TrimSpace(text(filepath.Join(at, "threaded"))) == "1"}
	if _, err := os.Stat(filepath.Join(at, "device")); err == nil {
		p.Kind = "nic"
	}
	if p.Driver == "veth" {
		p.Kind = "veth"
	}
	return p
}

func driver(name string) string {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	info, err := unix.IoctlGetEthtoolDrvinfo(fd, name)
	if err != nil {
		return ""
	}
	return unix.ByteSliceToString(info.Driver[:])
}
