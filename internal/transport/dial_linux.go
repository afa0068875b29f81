package transport

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/record"
)

// target is where a server is: an address, or a name to look up for every connection. And where from.
type target struct {
	sources
	address netip.AddrPort // the zero value for a name
	host    string
	port    uint16
}

func newTarget(u *url.URL) (*target, error) {
	port := uint64(80)
	var err error
	if u.Port() != "" {
		port, err = strconv.ParseUint(u.Port(), 10, 16)
	}
	t := &target{host: u.Hostname(), port: uint16(port)}
	if ip, err := netip.ParseAddr(t.host); err == nil {
		t.address = netip.AddrPortFrom(ip, t.port)
	}
	return t, err
}

// lookUp finds the addresses of the name, in the order in which they are to be tried.
func (t *target) lookUp(ctx context.Context) ([]netip.AddrPort, error) {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	all := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		all[i] = netip.AddrPortFrom(ip.Unmap(), t.port)
	}
	return all, nil
}

// dial is a connection being made.
type dial struct {
	timer
	loop  *loop
	left  []netip.AddrPort // to be tried yet
	to    netip.AddrPort   // being tried
	from  netip.Addr       // from there; the zero value where the system chooses
	limit time.Duration    // when to give up
	link  *link
	stop  context.CancelFunc // of the look-up
	then  func(*link, *record.Failure)
}

// dial connects; then hears what became of it, perhaps before dial returns.
func (l *loop) dial(d *dial) {
	d.loop, d.limit, d.stop = l, l.clock.Now()+l.timeouts.Connect, func() {}
	if l.target.address.IsValid() {
		d.left = []netip.AddrPort{l.target.address}
		d.try(nil)
		return
	}
	l.timers.set(&d.timer, d.limit, func() { d.end(nil, d.tooSlow()) })
	ctx, stop := context.WithTimeout(context.Background(), l.timeouts.Connect)
	d.stop = stop
	go func() {
		all, err := l.target.lookUp(ctx)
		l.post(func() {
			if d.then != nil {
				d.left = all
				d.try(err)
			}
		})
	}()
}

// try tries the next address. Each gets its share of the time that is left. err is what became of the one before.
func (d *dial) try(err error) {
	for len(d.left) > 0 {
		now := d.loop.clock.Now()
		share := (d.limit - now) / time.Duration(len(d.left))
		d.to, d.left = d.left[0], d.left[1:]
		d.loop.timers.set(&d.timer, now+share, func() { d.retry(os.ErrDeadlineExceeded) })
		d.from = d.loop.target.deal()
		c, connected, failed := d.loop.open(d.from, d.to)
		switch {
		case failed != nil:
			err = d.failed(failed)
		case connected:
			d.end(c, nil)
			return
		default:
			c.dial, d.link = d, c
			return
		}
	}
	d.end(nil, d.loop.timeouts.unconnected(record.Connect, err))
}

// retry gives up one address and tries the next.
func (d *dial) retry(err error) {
	d.link.abort()
	d.link = nil
	d.try(d.failed(err))
}

// ready is told that the attempt has ended.
func (d *dial) ready() {
	errno, err := unix.GetsockoptInt(d.link.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = syscall.Errno(errno)
	}
	if err != nil {
		d.retry(os.NewSyscallError("connect", err))
		return
	}
	c := d.link
	c.dial, d.link = nil, nil
	c.await(incoming)
	d.end(c, nil)
}

// end ends the attempt, unless it was abandoned.
func (d *dial) end(c *link, failure *record.Failure) {
	then := d.then
	d.abandon()
	then(c, failure)
}

// abandon stops connecting; nobody will hear of it.
func (d *dial) abandon() {
	d.loop.timers.unset(&d.timer)
	d.stop()
	if d.link != nil {
		d.link.abort()
	}
	d.link, d.then = nil, nil
}

// failed says it in net's words.
func (d *dial) failed(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Source: sourceOf(d.from), Addr: net.TCPAddrFromAddrPort(d.to), Err: err}
}

func (d *dial) tooSlow() *record.Failure {
	return d.loop.timeouts.unconnected(record.Connect, os.ErrDeadlineExceeded)
}
