package instrument

import (
	"encoding/binary"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/record"
)

// canary tells how late the client's own stamps are: a packet a beat goes over loopback to a goroutine that waits for it as
// those of the streams do, and that holds the kernel's stamp of it against its own.
type canary struct {
	in, out *net.UDPConn
	reader  sync.WaitGroup
	seen    []sighting
}

// sighting is one packet: when it was read, on the wall clock, and how long after its stamp.
type sighting struct {
	at    int64
	delay time.Duration
}

// newCanary is nil where the system does not let it be.
func newCanary() *canary {
	in, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil
	}
	out, err := net.DialUDP("udp4", nil, in.LocalAddr().(*net.UDPAddr))
	if err != nil {
		in.Close()
		return nil
	}
	raw, err := in.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	}
	if err != nil {
		in.Close()
		out.Close()
		return nil
	}
	c := &canary{in: in, out: out}
	c.reader.Go(c.read)
	return c
}

func (c *canary) send() { _, _ = c.out.Write([]byte{0}) }

func (c *canary) read() {
	var packet [8]byte
	var control [128]byte
	for {
		_, n, _, _, err := c.in.ReadMsgUDPAddrPort(packet[:], control[:])
		at := time.Now().UnixNano()
		if err != nil {
			return
		}
		if stamp, ok := stampOf(control[:n]); ok {
			c.seen = append(c.seen, sighting{at, time.Duration(at - stamp)})
		}
	}
}

// stampOf is the kernel's stamp among what a read brought beside the data, in ns since 1970.
func stampOf(control []byte) (int64, bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return int64(binary.NativeEndian.Uint64(m.Data))*1e9 + int64(binary.NativeEndian.Uint64(m.Data[8:])), true
		}
	}
	return 0, false
}

// stop ends the canary. It returns how late stamps may have been, by step from begin on: what was seen in it and, for a
// delay that is not short beside a beat, one beat more, by which a stream may have come before the packet that saw it.
func (c *canary) stop(begin time.Duration, now func() time.Duration) []time.Duration {
	c.in.Close()
	c.out.Close()
	c.reader.Wait()
	var steps []time.Duration
	zero := time.Now().UnixNano() - int64(now())
	for _, s := range c.seen {
		delay := s.delay
		if delay > beat/2 {
			delay += beat
		}
		step := int((time.Duration(s.at-zero) - begin) / record.LagStep)
		if step < 0 || delay < 0 {
			continue // the wall clock was set
		}
		for len(steps) <= step && step < len(c.seen)+1000 {
			steps = append(steps, 0)
		}
		if step < len(steps) {
			steps[step] = max(steps[step], delay)
		}
	}
	return steps
}
