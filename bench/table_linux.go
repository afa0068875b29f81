package main

import (
	"fmt"
	"time"
)

// row is a run of one client, and what came of it.
type row struct {
	job
	rr   bool
	hogs int
	truth
	outcome
	*errorsOf
}

// measure plays a job. Figures leave nothing out: a token that was lost or made up is an error.
func measure(j job, rr bool, hogs int) (*row, error) {
	t, o, err := trial(j, rr, hogs)
	if err != nil {
		return nil, err
	}
	e := compare(j, t, o)
	if e.uncountable > 0 {
		return nil, fmt.Errorf("%s: of %d requests not as many tokens came as were sent", j, e.uncountable)
	}
	return &row{j, rr, hogs, t, o, e}, nil
}

func (r *row) class() string {
	switch {
	case r.rr:
		return "rr"
	case r.hogs > 0:
		return fmt.Sprintf("+%d hogs", r.hogs)
	}
	return "default"
}

func (r *row) perCPUSecond() float64 { return float64(r.Events()) / r.CPU }

// Events is how many came.
func (r *row) Events() int { return r.outcome.Events }

const tableHead = `
Paced: a token every 20.48 ms on every stream; ms against the server's transmit stamps
class    streams client    |   TTFT p50          p99         | ITL error p50      p99      max | ITL p99 true     told | E2E err. p99      max | merged | events/CPU-s  CPU
                           | true -> told    true -> told    |                                 |                       |                       |        |`

// print prints a line of the table.
func (r *row) print() {
	fmt.Printf("%-8s %7d %-9s | %5.1f -> %-6.1f %6.1f -> %-6.1f | %13.4f %8.4f %8.2f | %12.2f %8.2f | %12.3f %8.2f | %5.2f%% | %12.0f %4.0f%%\n",
		r.class(), r.Streams, r.Client,
		at(50, r.ttft.true), at(50, r.ttft.told), at(99, r.ttft.true), at(99, r.ttft.told),
		at(50, r.itlError), at(99, r.itlError), at(100, r.itlError), at(99, r.itl.true), at(99, r.itl.told),
		at(99, r.e2eError), at(100, r.e2eError), 100*float64(r.merged)/float64(r.Events()), r.perCPUSecond(), 100*r.CPU/r.Wall)
}

// paced is a job of n streams that bring about so many events a second, in some seconds.
func paced(client string, n int, gap time.Duration) job {
	events := max(10, int(2*time.Second/gap))
	return job{Client: client, Streams: n, Requests: 2 * n, Events: events, TTFT: 50 * time.Millisecond, Gap: gap}
}
