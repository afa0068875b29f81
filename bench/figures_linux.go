package main

import "fmt"

// figure is something that splleed promises.
type figure struct {
	name  string
	value float64
	limit float64
	least bool // the limit is the least that is wanted, not the most
	unit  string
}

func (f figure) met() bool {
	if f.least {
		return f.value >= f.limit
	}
	return f.value <= f.limit
}

func (f figure) print() {
	sign, verdict := "<=", "pass"
	if f.least {
		sign = ">="
	}
	if !f.met() {
		verdict = "MISS"
	}
	fmt.Printf("%-4s  %-86s %10.4g %s  (%s %g)\n", verdict, f.name, f.value, f.unit, sign, f.limit)
}

// accuracy is what the table must show of splleed's epoll engine, and by how much the naive client misses it.
func (r *row) accuracy(naive *row) []figure {
	name := func(s string) string { return fmt.Sprintf("%d streams, %s: %s", r.Streams, r.class(), s) }
	f := []figure{
		{name("ITL error p99"), at(99, r.itlError), 0.02, false, "ms"},
		{name("TTFT p50, told against true"), r.ttft.off(50), 0.2, false, "ms"},
		{name("TTFT p99, told against true"), r.ttft.off(99), 0.2, false, "ms"},
	}
	if naive != nil && r.Streams == manyStreams {
		f = append(f, figure{name("ITL error p99, naive / epoll"), at(99, naive.itlError) / at(99, r.itlError), 50, true, "x"})
	}
	return f
}

// stampError is how far a stamp on loopback may be off, in ms: the interval of a figure without bounds has no width.
const stampError = 0.005

// starved is what must hold while others take the client's core.
func (r *row) starved() []figure {
	outside := func(q float64) float64 {
		truth := at(q, r.itl.true)
		return max(0, at(q, r.low)-stampError-truth, truth-at(q, r.high)-stampError)
	}
	return []figure{
		{"2 hogs on the client's core: error of TTFT's stamp p99", at(99, r.stamp), 0.1, false, "ms"},
		{"2 hogs: true ITL p50 outside of the interval of the bounds by", outside(50), 0, false, "ms"},
		{"2 hogs: true ITL p99 outside of the interval of the bounds by", outside(99), 0, false, "ms"},
	}
}
