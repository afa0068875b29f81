package transport

import (
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/prefetch"
	"github.com/splleed/splleed/internal/wire"
)

// link is one connection of a loop: being made (dial), in use (job), or idle. What every event needs comes first, since
// with thousands of streams none of it is in the processor's cache.
type link struct {
	loop   *loop
	dial   *dial
	job    *job
	fd     int
	serial int32  // tells it from a link that had the same fd: events may be older than the link
	events uint32 // to be told of
	unsure bool   // that the loop did not find it ready does not mean that it was empty
	ended  bool   // the server has closed it, or it is broken
	look
	resp wire.Response

	transmit transmit
}

// A loop is told once of what has happened, not as long as it lasts: that would have the kernel look at every socket
// again that was read.
const (
	incoming = unix.EPOLLET | unix.EPOLLIN | unix.EPOLLRDHUP
	outgoing = unix.EPOLLET | unix.EPOLLOUT
	ending   = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR
)

// received is how much the kernel may hold of a stream that nobody reads, in bytes: more than a second of a fast one.
const received = 1 << 20

// open begins to connect; connected says that it is done already. Errors are the system's.
func (l *loop) open(from netip.Addr, to netip.AddrPort) (c *link, connected bool, err error) {
	family, address := sockaddr(to)
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, false, os.NewSyscallError("socket", err)
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, received)
	_ = stamp(fd) // a read without a stamp says so
	if err := bind(fd, from, family); err != nil {
		unix.Close(fd)
		return nil, false, err
	}
	err = unix.Connect(fd, address)
	if err != nil && err != unix.EINPROGRESS {
		unix.Close(fd)
		return nil, false, os.NewSyscallError("connect", err)
	}
	c = &link{loop: l, fd: fd, events: incoming}
	c.source = c
	if err != nil {
		c.events = outgoing
	}
	if err := l.add(c); err != nil {
		unix.Close(fd)
		return nil, false, os.NewSyscallError("epoll_ctl", err)
	}
	return c, c.events == incoming, nil
}

func sockaddr(to netip.AddrPort) (family int, address unix.Sockaddr) {
	if a := to.Addr().Unmap(); a.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: a.As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16(), ZoneId: zone(to.Addr().Zone())}
}

// zone is the number of the interface that a link-local address belongs to, by its name or number; 0 for none.
func zone(name string) uint32 {
	if i, err := net.InterfaceByName(name); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(name, 10, 32)
	return uint32(n)
}

// add makes c one of the loop's.
func (l *loop) add(c *link) error {
	for len(l.links) <= c.fd {
		l.links = append(l.links, nil)
	}
	l.serial++
	c.serial = l.serial
	l.links[c.fd] = c
	return unix.EpollCtl(l.set, unix.EPOLL_CTL_ADD, c.fd, &unix.EpollEvent{Events: c.events, Fd: int32(c.fd), Pad: c.serial})
}

// await says what the link is to be told of.
func (c *link) await(events uint32) {
	if c.events == events {
		return
	}
	c.events = events
	c.unsure = c.unsure || events == outgoing
	c.again()
}

// resume has the loop told of what a look has left, or of the end.
func (c *link) resume() {
	if c.unsure || c.ended {
		c.again()
	}
}

// again has the loop told once more of what is there already.
func (c *link) again() {
	_ = unix.EpollCtl(c.loop.set, unix.EPOLL_CTL_MOD, c.fd, &unix.EpollEvent{Events: c.events, Fd: int32(c.fd), Pad: c.serial})
}

// ready is told what has happened at the socket.
func (c *link) ready(events uint32) {
	if c.transmit.on && events&unix.EPOLLERR != 0 && c.departed() {
		if events &^= unix.EPOLLERR; events == 0 {
			return
		}
	}
	c.ended = c.ended || events&ending != 0
	switch {
	case c.dial != nil:
		c.dial.ready()
	case c.job == nil:
		c.loop.idle.drop(c) // closed by the server, or speaking out of turn
	case c.job.unsent:
		c.job.write()
	default:
		c.job.read()
	}
}

// deepest is how far it is from a link to all that an event needs: its job, and the three steps of a Sink.
const deepest = 5

// Touch is prefetch.Chain's.
func (c *link) Touch(depth int) byte {
	switch {
	case depth == 0:
		return prefetch.Object(c)
	case c.job == nil:
		return 0
	case depth == 1:
		return prefetch.Object(c.job)
	case c.job.sink == nil:
		return 0
	}
	return c.job.sink.Touch(depth - 2)
}

// abort closes the connection, which takes it out of the set, too.
func (c *link) abort() {
	c.loop.links[c.fd] = nil
	unix.Close(c.fd)
}

// reader is a buffer that all links of a loop share, and the way into it.
type reader struct {
	buf [64 << 10]byte
	receiver
}

func newReader() *reader {
	r := new(reader)
	r.into(r.buf[:])
	return r
}

// receive looks at the socket. Its bytes are valid until the next look at any. A busy loop takes all that there is: to
// take one stamp's at a time costs it two system calls more.
func (c *link) receive() (p []byte, err unix.Errno) {
	l := c.loop
	looked := l.clock.Now()
	n, stamp, x, err := 0, int64(0), all, unix.Errno(0)
	if l.pace.nap > 0 {
		n, stamp, x, err = l.reader.read(c.fd)
	} else {
		n, stamp, x, err = l.reader.readOne(c.fd)
	}
	if err == unix.EAGAIN {
		return nil, err
	}
	c.took(n, x, looked)
	if !c.unsure {
		c.empty = max(c.empty, l.swept)
	}
	c.unsure = x != all
	c.stampedAt(l.real.arrived(stamp, looked))
	return l.reader.buf[:n], err
}

// quiet is keepable's.
func (c *link) quiet() bool {
	_, _, err := c.loop.reader.receive(c.fd, 1, unix.MSG_PEEK)
	return err == unix.EAGAIN
}

func (c *link) inspect() (t traffic, more, ok bool) { return c.loop.reader.inspect(c.fd) }
