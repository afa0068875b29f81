package main

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/sim"
)

// What the server says. An event is 275 bytes of JSON in a chunk of its own, as vLLM's are.
const (
	head      = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
	closing   = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
	eventSize = 275
	flatWrite = 256 // events a write, drained flat out
	absent    = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
)

func chunk(finish string) []byte {
	text := `{"id":"cmpl-9f86d081884c7d659a2feaa0c55ad015","object":"text_completion","created":1763900000,"model":"bench","choices":[{"index":0,"text":" word","logprobs":null,"finish_reason":` +
		finish + `,"stop_reason":null}],"system_fingerprint":"%s","usage":null}`
	text = fmt.Sprintf(text, strings.Repeat("f", max(0, eventSize-len(text)+2)))
	return fmt.Appendf(nil, "%x\r\ndata: %s\n\n\r\n", len(text)+8, text)
}

// server speaks just enough HTTP to send events when they are due and to know when they went out. One thread does all,
// without a call that the scheduler knows of: nothing comes between a due time and its write but the machine itself.
type server struct {
	job
	listener, set int
	in            *receiver
	streams       map[int]*stream // by fd
	due           queue
	truth         truth
	event, last   []byte
	many          []byte // events, for drained runs
	nameless      int    // requests so far without an ID of ours: other clients'
	over          bool   // whoever started the server has closed its input
}

// stream is one connection.
type stream struct {
	fd     int
	asking []byte // the request, as far as it has come
	served *served
	plan   []sim.Burst
	begun  int64  // plan counts from here
	left   int    // events to send, drained
	out    uint32 // bytes sent: the kernel names what it stamps by their offset
	rest   []byte
}

// serve is the part "serve": it says where it listens, and on the end of its input what it did.
func serve(j job) error {
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // a run of some seconds fits in memory
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	s := &server{job: j, in: newReceiver(), streams: map[int]*stream{}, event: chunk("null"), last: chunk(`"length"`)}
	s.many = bytes.Repeat(s.event, flatWrite)
	if err := stamping(); err != nil {
		return err
	}
	port, err := s.listen()
	if err != nil {
		return err
	}
	fmt.Printf("http://127.0.0.1:%d\n", port)
	for !s.over {
		s.turn()
	}
	return gob.NewEncoder(os.Stdout).Encode(s.truth)
}

func (s *server) listen() (port int, err error) {
	if s.set, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return 0, err
	}
	if s.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, err
	}
	if err := unix.Bind(s.listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, err
	}
	if err := unix.Listen(s.listener, 4096); err != nil {
		return 0, err
	}
	own, err := unix.Getsockname(s.listener)
	if err != nil {
		return 0, err
	}
	s.watch(unix.EPOLL_CTL_ADD, s.listener, unix.EPOLLIN)
	s.watch(unix.EPOLL_CTL_ADD, int(os.Stdin.Fd()), unix.EPOLLIN)
	return own.(*unix.SockaddrInet4).Port, nil
}

func (s *server) watch(op, fd int, events uint32) {
	_ = unix.EpollCtl(s.set, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// turn waits for a socket or a due time, and serves.
func (s *server) turn() {
	var events [256]unix.EpollEvent
	limit := unix.NsecToTimespec(int64(1e9))
	if len(s.due) > 0 {
		limit = unix.NsecToTimespec(max(0, s.due[0].at-now()))
	}
	n, _, err := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(s.set), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), uintptr(unsafe.Pointer(&limit)), 0, 0)
	if err != 0 {
		return // interrupted
	}
	for _, e := range events[:n] {
		switch fd := int(e.Fd); {
		case fd == s.listener:
			s.accept()
		case fd == int(os.Stdin.Fd()):
			s.over = true
		case e.Events&unix.EPOLLIN != 0:
			s.read(s.streams[fd])
		case e.Events&unix.EPOLLOUT != 0:
			s.pour(s.streams[fd])
		}
		s.play()
	}
	s.play()
}

// play sends what is due.
func (s *server) play() {
	for len(s.due) > 0 && s.due[0].at <= now() {
		st := s.due.pop()
		s.send(st)
		if len(st.plan) > 0 {
			s.due.push(st, st.begun+int64(st.plan[0].At))
		}
	}
}

func (s *server) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		if s.Gap > 0 {
			_ = stamped(fd)
		}
		s.streams[fd] = &stream{fd: fd}
		s.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN)
	}
}

// read takes what a client says: a request, or that it has gone.
func (s *server) read(st *stream) {
	p, stamp, err := s.in.read(st.fd)
	switch {
	case err == unix.EAGAIN:
		return
	case err != 0 || len(p) == 0:
		unix.Close(st.fd)
		delete(s.streams, st.fd)
		return
	}
	if st.asking = append(st.asking, p...); !whole(st.asking) {
		return
	}
	if stamp == 0 {
		stamp = now()
		s.truth.Unstamped++
	}
	if bytes.HasPrefix(st.asking, []byte("POST /v1/")) {
		s.begin(st, header(st.asking, "x-request-id"), stamp)
	} else { // other clients also ask for metrics and the like
		st.write([]byte(absent))
		s.in.wentOut(st.fd, 0)
	}
	st.asking = st.asking[:0]
}

// begin starts the response to a request.
func (s *server) begin(st *stream, id string, received int64) {
	n, err := strconv.Atoi(id)
	if err != nil {
		n, id = s.nameless, strconv.Itoa(s.nameless)
		s.nameless++
	}
	st.served = &served{ID: n, Received: received}
	st.rest = []byte(head)
	if s.Gap == 0 {
		st.left = s.Events
		s.watch(unix.EPOLL_CTL_MOD, st.fd, unix.EPOLLIN|unix.EPOLLOUT)
		return
	}
	st.served.Sent = make([]int64, 0, s.Events)
	st.plan, st.begun = s.plan(id), received
	s.due.push(st, received+int64(st.plan[0].At))
}

// send sends the next event of a stream, and notes when it went out. The head goes with the first, and the end of the
// response right after the last, in a write of its own.
func (s *server) send(st *stream) {
	p := s.event
	if st.plan = st.plan[1:]; len(st.plan) == 0 {
		p = s.last
	}
	if len(st.rest) > 0 {
		p = append(st.rest, p...)
		st.rest = nil
	}
	before := now()
	if !st.write(p) {
		st.plan = nil
		return
	}
	sent := s.in.wentOut(st.fd, st.out-1)
	if sent == 0 {
		sent = before
		s.truth.Unstamped++
	}
	st.served.Sent = append(st.served.Sent, sent)
	if len(st.plan) == 0 {
		st.write([]byte(closing))
		s.in.wentOut(st.fd, 0)
		s.truth.Requests = append(s.truth.Requests, *st.served)
	}
}

// write reports whether the socket took all of p. Where it did not, the client has gone, or has not read a megabyte.
func (st *stream) write(p []byte) bool {
	n, err := unix.SendmsgN(st.fd, p, nil, nil, unix.MSG_NOSIGNAL)
	st.out += uint32(max(0, n))
	return err == nil && n == len(p)
}

// pour sends as much as the socket takes.
func (s *server) pour(st *stream) {
	for len(st.rest) > 0 || st.left > 0 {
		if len(st.rest) == 0 {
			st.rest = s.more(st)
		}
		n, err := unix.SendmsgN(st.fd, st.rest, nil, nil, unix.MSG_NOSIGNAL)
		if st.rest = st.rest[n:]; err != nil {
			return
		}
	}
	s.watch(unix.EPOLL_CTL_MOD, st.fd, unix.EPOLLIN)
}

// more is what comes next in a drained response.
func (s *server) more(st *stream) []byte {
	n := min(st.left, flatWrite)
	if st.left -= n; st.left > 0 {
		return s.many[:n*len(s.event)]
	}
	p := append([]byte(nil), s.many[:(n-1)*len(s.event)]...)
	return append(append(p, s.last...), closing...)
}

// whole is whether a request has come to its end.
func whole(p []byte) bool {
	at := bytes.Index(p, []byte("\r\n\r\n"))
	if at < 0 {
		return false
	}
	length, _ := strconv.Atoi(header(p, "content-length"))
	return len(p) >= at+4+length
}

func header(p []byte, name string) string {
	for line := range strings.SplitSeq(string(p), "\r\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
