package transport

import (
	"sort"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stamp asks the kernel to stamp what comes in.
func stamp(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_RX_SOFTWARE|unix.SOF_TIMESTAMPING_SOFTWARE)
}

// stampedSocket returns a socket that is stamped as long as it is open: the kernel is late to begin for the first one.
func stampedSocket() (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
		_ = stamp(fd)
	}
	return fd, err
}

// receiver holds what its system calls need.
type receiver struct {
	control [192]byte // a stamp, and what the error queue says of it
	iov     unix.Iovec
	room    int // for bytes
	msg     unix.Msghdr
	info    unix.TCPInfo
	waiting int32 // bytes
}

// into says where bytes go.
func (r *receiver) into(p []byte) {
	r.iov.Base, r.room = &p[0], len(p)
	r.msg.Iov = &r.iov
	r.msg.SetIovlen(1)
	r.msg.Control = &r.control[0]
}

// read reads what has come, and the kernel's stamp of its last byte in nanoseconds since 1970, 0 where there is none.
// It never waits, so the scheduler need not know.
func (r *receiver) read(fd int) (n int, stamp int64, x extent, err unix.Errno) {
	n, stamp, err = r.receive(fd, r.room, 0)
	return n, stamp, extentOf(n, r.room), err
}

// readOne reads no more than what has the stamp of the first byte that waits: as a rule what one segment brought.
func (r *receiver) readOne(fd int) (n int, stamp int64, x extent, err unix.Errno) {
	n, last, err := r.receive(fd, r.room, unix.MSG_PEEK)
	switch {
	case err != 0: // told only once
		return 0, 0, all, err
	case n <= 1 || n == r.room:
		return r.read(fd)
	}
	_, first, _ := r.receive(fd, 1, unix.MSG_PEEK)
	if first != last {
		x = stamped
		n = 1 + sort.Search(n-1, func(i int) bool { // never none: that would mean the end
			_, at, _ := r.receive(fd, i+2, unix.MSG_PEEK)
			return at != first
		})
	}
	n, stamp, err = r.receive(fd, n, 0)
	return n, stamp, x, err
}

func (r *receiver) receive(fd, room int, flags uintptr) (n int, stamp int64, err unix.Errno) {
	r.iov.SetLen(room)
	r.msg.SetControllen(len(r.control))
	got, _, err := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&r.msg)), unix.MSG_DONTWAIT|flags)
	if err != 0 {
		return 0, 0, err
	}
	return int(got), r.stamp(), 0
}

// inspect tells what the connection has carried by the kernel's count, and then whether something waits to be read. A
// segment that the network card or the kernel made of several counts as several.
func (r *receiver) inspect(fd int) (t traffic, more, ok bool) {
	const enough = uint32(unsafe.Offsetof(r.info.Data_segs_in) + unsafe.Sizeof(r.info.Data_segs_in))
	size := uint32(unsafe.Sizeof(r.info))
	_, _, err := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&r.info)), uintptr(unsafe.Pointer(&size)), 0)
	_, _, failed := unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCINQ, uintptr(unsafe.Pointer(&r.waiting)))
	t = traffic{
		segments: r.info.Data_segs_in, resent: r.info.Total_retrans, disordered: r.info.Rcv_ooopack, // 0 before Linux 5.5
		received: r.info.Bytes_received, rtt: time.Duration(r.info.Rtt) * time.Microsecond,
	}
	return t, r.waiting > 0, err|failed == 0 && size >= enough
}

// stamp is the first of the three times that SO_TIMESTAMPING brings: the software's.
func (r *receiver) stamp() int64 {
	const size = unix.SizeofCmsghdr + int(unsafe.Sizeof(unix.Timespec{}))
	if int(r.msg.Controllen) < size {
		return 0
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&r.control[0]))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPING {
		return 0
	}
	return (*unix.Timespec)(unsafe.Pointer(&r.control[unix.SizeofCmsghdr])).Nano()
}
