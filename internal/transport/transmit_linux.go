package transport

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// transmit is what is known of when the requests of a link left, by the kernel's stamps. These wait in the socket's error
// queue, each with the number of the byte that it belongs to.
//
// Note: of sockets that Go's runtime waits for this is no use. It takes an error queue with something in it for a broken
// socket, unless there is something to read or write, too.
type transmit struct {
	on      bool
	written uint32 // bytes since then; the kernel counts them alike
	awaited bool   // the stamp of the last one has not come
}

const stampsOut = unix.SOF_TIMESTAMPING_RX_SOFTWARE | unix.SOF_TIMESTAMPING_TX_SOFTWARE | unix.SOF_TIMESTAMPING_SOFTWARE |
	unix.SOF_TIMESTAMPING_OPT_ID | unix.SOF_TIMESTAMPING_OPT_TSONLY

// begin asks for stamps, once, when the connection has been made: the kernel counts from there. Where it cannot, there are none.
func (t *transmit) begin(fd int) {
	if t.on {
		return
	}
	set := func(flags int) bool {
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, flags) == nil
	}
	t.on = set(stampsOut|unix.SOF_TIMESTAMPING_OPT_ID_TCP) || set(stampsOut) // the former since Linux 6.2
}

// wrote counts what the kernel has accepted.
func (t *transmit) wrote(n int) {
	t.written += uint32(n)
	t.awaited = t.on
}

// departed takes the stamps that have come (a request in many parts has several, and so has what is sent again), and tells
// the job when its request had left. It reports whether there were some: as long as they wait, the loop is told of them.
func (c *link) departed() (some bool) {
	stamp, some := c.loop.reader.departed(c.fd, c.transmit.written-1)
	if j := c.job; stamp != 0 && c.transmit.awaited && j != nil && !j.unsent {
		c.transmit.awaited = false
		j.x.Sink.Left(between(j.began, c.loop.real.at(stamp), c.loop.clock.Now()))
	}
	return some
}

func between(lo, x, hi time.Duration) time.Duration { return max(lo, min(x, hi)) }

// departed empties the error queue of a socket. It returns the stamp of the byte with the given number, 0 where that has
// not come. What is sent again has another one: the first counts.
func (r *receiver) departed(fd int, number uint32) (stamp int64, some bool) {
	for {
		_, at, err := r.receive(fd, r.room, unix.MSG_ERRQUEUE)
		if err != 0 {
			return stamp, some
		}
		some = true
		if n, ok := r.number(); ok && n == number && stamp == 0 {
			stamp = at
		}
	}
}

// number is that of the byte which a stamp in the error queue belongs to. It comes after the stamp.
func (r *receiver) number() (n uint32, ok bool) {
	after := unix.CmsgSpace(3 * int(unsafe.Sizeof(unix.Timespec{})))
	if int(r.msg.Controllen) < after+unix.CmsgSpace(int(unsafe.Sizeof(unix.SockExtendedErr{}))) {
		return 0, false
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&r.control[after]))
	if !(h.Level == unix.SOL_IP && h.Type == unix.IP_RECVERR) && !(h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_RECVERR) {
		return 0, false
	}
	e := (*unix.SockExtendedErr)(unsafe.Pointer(&r.control[after+unix.SizeofCmsghdr]))
	return e.Data, e.Origin == unix.SO_EE_ORIGIN_TIMESTAMPING
}
