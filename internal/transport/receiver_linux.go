package transport

import (
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

// receiver holds what recvmsg needs.
type receiver struct {
	control [128]byte
	iov     unix.Iovec
	msg     unix.Msghdr
}

// into says where bytes go.
func (r *receiver) into(p []byte) {
	r.iov.Base = &p[0]
	r.iov.SetLen(len(p))
	r.msg.Iov = &r.iov
	r.msg.SetIovlen(1)
	r.msg.Control = &r.control[0]
}

// read reads what has come, and the kernel's stamp of its last byte in nanoseconds since 1970, 0 where there is none.
// It never waits, so the scheduler need not know.
func (r *receiver) read(fd int) (n int, stamp int64, err unix.Errno) {
	r.msg.SetControllen(len(r.control))
	got, _, err := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&r.msg)), unix.MSG_DONTWAIT)
	if err != 0 {
		return 0, 0, err
	}
	return int(got), r.stamp(), 0
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
