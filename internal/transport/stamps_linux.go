package transport

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/wallclock"
)

// stamps are the kernel's, for the connections of a Portable.
type stamps struct {
	mu     sync.Mutex
	real   *realtime
	dummy  int // a socket that is stamped from the start
	closed bool
}

// newStamps returns nil where the system has none.
func newStamps(c Clock) *stamps {
	dummy, err := stampedSocket()
	if err != nil {
		return nil
	}
	return &stamps{real: newRealtime(c, wallclock.Now), dummy: dummy}
}

func (s *stamps) arrived(stamp int64, looked time.Duration) (at, delay time.Duration, kernel bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if looked >= s.real.next {
		s.real.sample()
	}
	return s.real.arrived(stamp, looked)
}

// steps is how often the wall clock was seen to have been set.
func (s *stamps) steps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.real.Steps
}

func (s *stamps) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		unix.Close(s.dummy)
	}
}

// stampedReads are the reads of one TCP connection, with stamps of the kernel.
type stampedReads struct {
	socket *socket
	stamps *stamps
	raw    syscall.RawConn
	receiver
	try    func(fd uintptr) (done bool)
	n      int
	stamp  int64
	err    unix.Errno
	extent extent
	looked time.Duration

	asked    func(fd uintptr) // for the following
	carries  traffic
	more, ok bool
}

// on returns the reads of a socket; nil where it is no TCP socket of the system.
func (s *stamps) on(sock *socket) *stampedReads {
	tcp, ok := sock.Conn.(*net.TCPConn)
	if s == nil || !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	r := &stampedReads{socket: sock, stamps: s, raw: raw}
	if raw.Control(func(fd uintptr) { err = stamp(int(fd)) }) != nil || err != nil {
		return nil
	}
	r.try = r.look
	r.asked = func(fd uintptr) { r.carries, r.more, r.ok = r.receiver.inspect(int(fd)) }
	sock.source = r
	return r
}

// look is one look at the socket; false has the runtime wait until there is something.
func (r *stampedReads) look(fd uintptr) bool {
	r.looked = r.socket.clock.Now()
	r.n, r.stamp, r.extent, r.err = r.readOne(int(fd))
	if r.err == unix.EAGAIN {
		r.socket.drained = r.looked
		return false
	}
	return true
}

// readInto is Read.
func (r *stampedReads) readInto(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	r.into(p)
	if err := r.raw.Read(r.try); err != nil {
		return 0, err
	}
	s := r.socket
	s.took(r.n, r.extent, r.looked)
	s.stampedAt(r.stamps.arrived(r.stamp, r.looked))
	switch {
	case r.err != 0:
		return 0, os.NewSyscallError("read", r.err)
	case r.n == 0:
		return 0, io.EOF
	}
	return r.n, nil
}

func (r *stampedReads) inspect() (t traffic, more, ok bool) {
	err := r.raw.Control(r.asked)
	return r.carries, r.more, r.ok && err == nil
}
