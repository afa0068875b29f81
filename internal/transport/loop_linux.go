package transport

import (
	"context"
	"encoding/binary"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/wallclock"
)

// loop is one thread that serves its share of the streams: it waits for sockets and due times together, and everything
// about its exchanges happens on it. Nothing on the way of an event locks or allocates.
type loop struct {
	clock    Clock
	timeouts *Timeouts
	target   *target
	set      int     // epoll's
	bell     int     // eventfd: rung by those who post to a loop that sleeps
	links    []*link // by fd
	serial   int32   // of the last link
	idle     pool[*link]
	timers   timers
	watches  map[context.Context]*watch
	real     *realtime
	reader   *reader
	pace     pace
	events   [512]unix.EpollEvent
	swept    time.Duration  // since when a socket that no look has found ready is known to have been empty
	polls    [2]unix.PollFd // bell, set
	timeout  unix.Timespec
	loops    int  // of the engine
	spare    bool // the scheduler has processors for more than the loops
	closing  bool
	foreseen byte // means nothing

	transmits bool // the kernel is to stamp requests when they leave

	busy     atomic.Int64 // exchanges that have not ended
	sleeping atomic.Bool
	pending  atomic.Bool // something is posted
	mu       sync.Mutex
	posted   []func()
	obeying  []func() // those of the last time, for their memory
}

// newLoop returns one of n loops. It does not run yet.
func newLoop(e *Epoll, n int) (*loop, error) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(set)
		return nil, os.NewSyscallError("eventfd", err)
	}
	l := &loop{clock: e.clock, timeouts: &e.timeouts, target: e.target, set: set, bell: bell, reader: newReader(), real: newRealtime(e.clock, wallclock.Now), loops: n, transmits: e.transmits,
		watches: map[context.Context]*watch{}}
	l.polls = [2]unix.PollFd{{Fd: int32(bell), Events: unix.POLLIN}, {Fd: int32(set), Events: unix.POLLIN}}
	return l, nil
}

// run serves until it is told to close.
func (l *loop) run() {
	runtime.LockOSThread() // for good: the thread ends with its settings
	// Due times are met to the nanosecond. Nothing else is asked of the scheduler: a nice value and a slice of its own did not keep
	// a core for the thread beside an engine that takes all of them (docs/instrument.md, autogroups), and a real-time class
	// livelocks: Go's runtime yields to holders of locks.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	for l.obey(); !l.closing; l.obey() {
		l.expire()
		seen := l.drain()
		if l.pace.adjust(l.clock.Now()) {
			l.spare = runtime.GOMAXPROCS(0) > l.loops
		}
		l.sleep(seen)
	}
	l.shut()
}

// shut closes all that the loop has open.
func (l *loop) shut() {
	l.idle.close()
	for _, c := range l.links {
		if c != nil {
			c.abort()
		}
	}
	unix.Close(l.set)
	unix.Close(l.bell)
}

// post has f called on the loop, soon. It may itself be called from anywhere.
func (l *loop) post(f func()) {
	l.mu.Lock()
	l.posted = append(l.posted, f)
	l.mu.Unlock()
	l.pending.Store(true)
	if l.sleeping.CompareAndSwap(true, false) {
		_, _ = unix.Write(l.bell, binary.NativeEndian.AppendUint64(nil, 1))
	}
}

// posts is how many are obeyed before the sockets have their turn: a thousand requests that begin at once take as long to send
// as a fast server takes to answer the first of them.
const posts = 64

// obey calls what was posted.
func (l *loop) obey() {
	if !l.pending.Swap(false) {
		return
	}
	l.mu.Lock()
	l.posted, l.obeying = l.obeying[:0], l.posted
	l.mu.Unlock()
	for i, f := range l.obeying {
		l.obeying[i] = nil
		f()
		if (i+1)%posts == 0 {
			l.drain()
		}
	}
}

// expire fires the timers that are due.
func (l *loop) expire() {
	for t := l.timers.due(l.clock.Now()); t != nil; t = l.timers.due(l.clock.Now()) {
		t.fire()
	}
}

// drain serves the sockets that are ready, and what falls due meanwhile. It returns how many there were.
func (l *loop) drain() int {
	looked := l.clock.Now()
	n, err := unix.EpollWait(l.set, l.events[:], 0)
	if err != nil {
		return 0 // interrupted
	}
	if n < len(l.events) { // those that are not among them had nothing
		defer func() { l.swept = looked }()
	}
	l.foresee(l.events[:n])
	for _, e := range l.events[:n] {
		if c := l.links[e.Fd]; c != nil && c.serial == e.Pad {
			c.ready(e.Events)
		}
		l.expire()
	}
	return n
}

// foresee fetches what the events will need, for all of them together.
func (l *loop) foresee(events []unix.EpollEvent) {
	if len(events) == 1 {
		return
	}
	for depth := range deepest {
		for _, e := range events {
			if c := l.links[e.Fd]; c != nil {
				l.foreseen += c.Touch(depth)
			}
		}
	}
}

// sleep waits for the next thing to do: after a drain of a busy loop for the end of a nap, else for a socket; for due
// times and posts in either case.
func (l *loop) sleep(seen int) {
	if seen == len(l.events) {
		return // there may be more
	}
	now := l.clock.Now()
	if now >= l.real.next {
		l.real.sample()
	}
	limit := resample
	if len(l.timers) > 0 {
		limit = min(limit, l.timers[0].at-now)
	}
	polls := l.polls[:]
	if seen > 0 && l.pace.nap > 0 {
		polls, limit = polls[:1], min(limit, l.pace.nap)
	}
	l.sleeping.Store(true)
	if limit > 0 && !l.pending.Load() {
		l.timeout = unix.NsecToTimespec(int64(limit))
		l.polls[0].Revents = 0
		l.poll(polls)
		if l.polls[0].Revents != 0 {
			var count [8]byte
			_, _ = unix.Read(l.bell, count[:])
		}
	}
	l.sleeping.Store(false)
}

// poll waits for one of the files. Where the scheduler has a processor to spare, this thread keeps its own while it sleeps:
// else the scheduler takes it away and gives it back, which costs several times what an event does.
func (l *loop) poll(files []unix.PollFd) {
	if !l.spare {
		_, _ = unix.Ppoll(files, &l.timeout, nil)
		return
	}
	_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&files[0])), uintptr(len(files)), uintptr(unsafe.Pointer(&l.timeout)), 0, 0, 0)
}
