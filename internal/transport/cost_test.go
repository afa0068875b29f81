package transport

import (
	"context"
	"io"
	"net"
	"testing"
	"time"
)

// canned is a connection that answers each request with the same pieces, one a read.
type canned struct {
	net.Conn
	pieces [][]byte
	next   int
	timers int // deadlines set
}

func (c *canned) Read(p []byte) (int, error) {
	if c.next == len(c.pieces) {
		return 0, io.EOF
	}
	c.next++
	return copy(p, c.pieces[c.next-1]), nil
}

func (c *canned) Write(p []byte) (int, error) { c.next = 0; return len(p), nil }
func (c *canned) SetDeadline(time.Time) error { c.timers++; return nil }
func (c *canned) Close() error                { return nil }

// cannedEngine answers with n events, on one connection.
func cannedEngine(n int) (*Portable, *canned) {
	c := &canned{pieces: [][]byte{[]byte(streamHead)}}
	for range n {
		c.pieces = append(c.pieces, []byte(event(`{"choices":[{"index":0,"text":" word"}]}`)))
	}
	c.pieces = append(c.pieces, []byte(streamEnd))
	return NewPortable(Options{Clock: NewClock(), BaseURL: testURL, Dial: func(context.Context) (net.Conn, error) { return c, nil }}), c
}

// exchange runs one exchange of n events.
func exchange(t testing.TB, p *Portable, raw []byte, n int) {
	done := make(chan struct{})
	sink := &counter{done: func() { close(done) }}
	p.Start(context.Background(), &Exchange{Request: raw, Sink: sink})
	<-done
	if sink.failure != nil || sink.payloads != n || sink.arrived != n {
		t.Fatalf("%+v", sink)
	}
}

func TestNoAllocationPerEvent(t *testing.T) {
	raw := request(t, "q")
	allocations := func(n int) float64 {
		p, _ := cannedEngine(n)
		exchange(t, p, raw, n)
		return testing.AllocsPerRun(20, func() { exchange(t, p, raw, n) })
	}
	// A garbage collection may empty the pool of buffers, hence the margin.
	if few, many := allocations(10), allocations(1010); many-few > 10 {
		t.Errorf("%v allocations for 10 events, %v for 1,010", few, many)
	}
}

func TestNoTimerPerEvent(t *testing.T) {
	p, c := cannedEngine(100)
	exchange(t, p, request(t, "q"), 100)
	if c.timers != 2 { // for the first token, then for silence
		t.Errorf("%d deadlines set", c.timers)
	}
}

// BenchmarkEvents is what an event costs between read and sink, without the kernel.
func BenchmarkEvents(b *testing.B) {
	const events = 1000
	p, _ := cannedEngine(events)
	raw := request(b, "q")
	b.ReportAllocs()
	for b.Loop() {
		exchange(b, p, raw, events)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
}
