package doctor

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// routeOf is how a connection leaves: by the interface that has its local address.
func routeOf(c net.Conn) Route {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	if !ok {
		return Route{}
	}
	all, _ := net.Interfaces()
	for _, i := range all {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.Equal(local.IP) {
				remote, _ := c.RemoteAddr().(*net.TCPAddr)
				if remote != nil && remote.IP.Equal(local.IP) { // to oneself, by whatever address
					return Route{Kind: "loopback", Name: "lo"}
				}
				return Route{Kind: kindOf(i), Name: i.Name, Interface: ethtool(i.Name)}
			}
		}
		if i.Flags&net.FlagLoopback != 0 && local.IP.IsLoopback() {
			return Route{Kind: "loopback", Name: i.Name}
		}
	}
	return Route{}
}

func kindOf(i net.Interface) string {
	folder := filepath.Join("/sys/class/net", i.Name)
	has := func(name string) bool { _, err := os.Stat(filepath.Join(folder, name)); return err == nil }
	driver, _ := os.Readlink(filepath.Join(folder, "device", "driver"))
	switch {
	case i.Flags&net.FlagLoopback != 0:
		return "loopback"
	case has("bridge"):
		return "bridge"
	case driver == "" && !has("device") && driverOf(i.Name) == "veth":
		return "veth"
	}
	return "nic"
}

// rtt is the kernel's smoothed round-trip time of a connection in ms.
func rtt(c net.Conn) *float64 {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	var info *unix.TCPInfo
	bad := raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	if errors.Join(bad, err) != nil {
		return nil
	}
	ms := float64(info.Rtt) / 1000
	return &ms
}

// Of linux/ethtool.h.
const (
	ethtoolGetDriver   = 0x03
	ethtoolGetCoalesce = 0x0e
	ethtoolGetTSO      = 0x1e
	ethtoolGetFlags    = 0x25
	ethtoolGetGRO      = 0x2b
	flagLRO            = 1 << 15
)

// query is struct ifreq as SIOCETHTOOL wants it: a name and a pointer.
type query struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [16]byte
}

// ask asks the driver of an interface; false where it does not answer.
func ask(name string, data unsafe.Pointer) bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	q := query{data: data}
	copy(q.name[:unix.IFNAMSIZ-1], name)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&q)))
	return errno == 0
}

// value asks for a single number.
func value(name string, command uint32) *uint32 {
	v := struct{ command, data uint32 }{command: command}
	if !ask(name, unsafe.Pointer(&v)) {
		return nil
	}
	return &v.data
}

func on(v *uint32, mask uint32) *bool {
	if v == nil {
		return nil
	}
	is := *v&mask != 0
	return &is
}

// ethtool is what an interface tells.
func ethtool(name string) (i Interface) {
	var coalesce struct {
		command, rxUsecs, rxFrames, rxUsecsIRQ, rxFramesIRQ uint32
		txUsecs, txFrames, txUsecsIRQ, txFramesIRQ          uint32
		stats, adaptiveRx                                   uint32
		_                                                   [12]uint32 // what is of no interest
	}
	coalesce.command = ethtoolGetCoalesce
	if ask(name, unsafe.Pointer(&coalesce)) {
		adaptive := coalesce.adaptiveRx != 0
		i.CoalesceUs, i.AdaptiveCoalesce = &coalesce.rxUsecs, &adaptive
	}
	const any = ^uint32(0)
	i.GRO, i.TSO, i.LRO = on(value(name, ethtoolGetGRO), any), on(value(name, ethtoolGetTSO), any), on(value(name, ethtoolGetFlags), flagLRO)
	return i
}

// driverOf is the name of an interface's driver, "" where it tells none.
func driverOf(name string) string {
	var info struct { // struct ethtool_drvinfo
		command uint32
		driver  [32]byte
		_       [160]byte
	}
	info.command = ethtoolGetDriver
	if !ask(name, unsafe.Pointer(&info)) {
		return ""
	}
	return unix.ByteSliceToString(info.driver[:])
}
