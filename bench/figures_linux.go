package main

import "fmt"

// figure is something that splleed promises.
type figure struct {
	name  string
	value float64
	limit float64
	least bool // the limit is the least that is wanted, not the most
	unit  string
	alone float64 // what this machine does to a program that does nothing; 0 for nothing
}

func atMost(name string, value, limit float64, unit string) figure {
	return figure{name: name, value: value, limit: limit, unit: unit}
}

func atLeast(name string, value, limit float64, unit string) figure {
	return figure{name: name, value: value, limit: limit, unit: unit, least: true}
}

// met compares a value with the limit.
func (f figure) met(value float64) bool {
	if f.least {
		return value >= f.limit
	}
	return value <= f.limit
}

// verdict is "void" where the machine itself is over the limit: that tells nothing of splleed.
func (f figure) verdict() string {
	switch {
	case f.met(f.value):
		return "pass"
	case f.alone > 0 && !f.met(f.alone):
		return "void"
	}
	return "MISS"
}

func (f figure) print() {
	limit := fmt.Sprintf("<= %g", f.limit)
	if f.least {
		limit = fmt.Sprintf(">= %g", f.limit)
	}
	if f.alone > 0 {
		limit += fmt.Sprintf("; the machine alone: %.4g", f.alone)
	}
	fmt.Printf("%-4s  %-86s %10.4g %s  (%s)\n", f.verdict(), f.name, f.value, f.unit, limit)
}

// accuracy is what the table must show of splleed's epoll engine, and by how much the naive client misses it.
func (r *row) accuracy(naive *row) []figure {
	name := func(s string) string { return fmt.Sprintf("%d streams, %s: %s", r.Streams, r.class(), s) }
	f := []figure{
		atMost(name("ITL error p99"), at(99, r.itlError), 0.02, "ms"),
		atMost(name("TTFT p50, told against true"), r.ttft.off(50), 0.2, "ms"),
		atMost(name("TTFT p99, told against true"), r.ttft.off(99), 0.2, "ms"),
	}
	if naive != nil && r.Streams == manyStreams {
		f = append(f, atLeast(name("ITL error p99, naive / epoll"), at(99, naive.itlError)/at(99, r.itlError), 50, "x"))
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
		atMost("2 hogs on the client's core: error of TTFT's stamp p99", at(99, r.stamp), 0.1, "ms"),
		atMost("2 hogs: true ITL p50 outside of the interval of the bounds by", outside(50), 0, "ms"),
		atMost("2 hogs: true ITL p99 outside of the interval of the bounds by", outside(99), 0, "ms"),
	}
}
