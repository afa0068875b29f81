package main

import (
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// now is the wall clock in nanoseconds: the clock of the kernel's stamps.
func now() int64 { return time.Now().UnixNano() }

// stamped asks the kernel to stamp what comes in and what goes out on a socket.
func stamped(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING,
		unix.SOF_TIMESTAMPING_RX_SOFTWARE|unix.SOF_TIMESTAMPING_TX_SOFTWARE|unix.SOF_TIMESTAMPING_SOFTWARE|
			unix.SOF_TIMESTAMPING_OPT_ID|unix.SOF_TIMESTAMPING_OPT_TSONLY)
}

// stamping turns the kernel's stamps on and waits until they are: it leaves that to a thread of its own, which has to wait for
// a core while programs of a higher class are at work. They stay on for as long as the socket is open.
func stamping() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(stamped(fd), unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})); err != nil {
		return err
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	r := newReceiver()
	for range 1000 {
		if err := unix.Sendto(fd, []byte{0}, 0, own); err != nil {
			return err
		}
		r.wentOut(fd, 0)
		if _, stamp, _ := r.read(fd); stamp != 0 {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the kernel does not stamp what comes in")
}

// receiver reads bytes with their stamps. Its calls never wait, so that the scheduler need not know of them.
type receiver struct {
	buf     [16 << 10]byte
	control [256]byte
	iov     unix.Iovec
	msg     unix.Msghdr
}

func newReceiver() *receiver {
	r := new(receiver)
	r.iov.Base = &r.buf[0]
	r.iov.SetLen(len(r.buf))
	r.msg.Iov = &r.iov
	r.msg.SetIovlen(1)
	r.msg.Control = &r.control[0]
	return r
}

// read returns what came in and the stamp of its last byte, 0 without one.
func (r *receiver) read(fd int) (p []byte, stamp int64, err unix.Errno) {
	n, err := r.receive(fd, unix.MSG_DONTWAIT)
	return r.buf[:n], r.stamp(), err
}

// wentOut returns the stamp of the byte at the given offset of what was sent, 0 where it has not gone out yet.
func (r *receiver) wentOut(fd int, offset uint32) (stamp int64) {
	for {
		if _, err := r.receive(fd, unix.MSG_DONTWAIT|unix.MSG_ERRQUEUE); err != 0 {
			return stamp
		}
		if r.offset() == offset {
			stamp = r.stamp()
		}
	}
}

func (r *receiver) receive(fd, flags int) (int, unix.Errno) {
	r.msg.SetControllen(len(r.control))
	n, _, err := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&r.msg)), uintptr(flags))
	if err != 0 {
		r.msg.SetControllen(0)
		n = 0
	}
	return int(n), err
}

// stamp is the software's stamp among what the kernel said, 0 without one.
func (r *receiver) stamp() int64 {
	if p := r.said(unix.SOL_SOCKET, unix.SCM_TIMESTAMPING); p != nil {
		return (*unix.Timespec)(p).Nano()
	}
	return 0
}

// offset says which byte the stamp belongs to.
func (r *receiver) offset() uint32 {
	if p := r.said(unix.SOL_IP, unix.IP_RECVERR); p != nil {
		return (*unix.SockExtendedErr)(p).Data
	}
	return 0
}

// said finds what the kernel said of one kind.
func (r *receiver) said(level, kind int32) unsafe.Pointer {
	rest := r.control[:r.msg.Controllen]
	for len(rest) > unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&rest[0]))
		if h.Level == level && h.Type == kind {
			return unsafe.Pointer(&rest[unix.SizeofCmsghdr])
		}
		rest = rest[min(len(rest), unix.CmsgSpace(int(h.Len)-unix.SizeofCmsghdr)):]
	}
	return nil
}
