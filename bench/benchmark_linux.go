package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	manyStreams = 1024
	usualGap    = 20480 * time.Microsecond // 1,024 streams make 50,000 events a second
)

// suite is a benchmark under way.
type suite struct {
	quick   bool
	rr      bool // the system allows it
	figures []figure
	epoll   *row // at many streams, in the class that others disturb least
}

// benchmark plays everything and prints what came of it.
func benchmark(quick bool) error {
	s := &suite{quick: quick, rr: mayRR()}
	for _, part := range []func() error{s.table, s.starved, s.cost, s.drained, s.memory, s.lateness} {
		if err := part(); err != nil {
			return err
		}
	}
	fmt.Println("\nWhat is promised")
	for _, f := range s.figures {
		f.print()
	}
	return nil
}

func (s *suite) promise(f ...figure) { s.figures = append(s.figures, f...) }

// table compares the clients at the usual pace.
func (s *suite) table() error {
	fmt.Println(tableHead)
	sizes, classes := []int{1, 64, 256, manyStreams}, []bool{false}
	if s.quick {
		sizes, classes = []int{64, manyStreams}, []bool{s.rr}
	} else if s.rr {
		classes = append(classes, true)
	}
	for _, rr := range classes {
		for _, n := range sizes {
			if err := s.beside(n, rr); err != nil {
				return err
			}
		}
	}
	return nil
}

// beside has the clients take turns at n streams.
func (s *suite) beside(n int, rr bool) error {
	rows := map[string]*row{}
	for _, c := range []string{"epoll", "portable", "naive"} {
		r, err := measure(paced(c, n, usualGap), rr, 0)
		if err != nil {
			return err
		}
		r.print()
		rows[c] = r
	}
	if rr == s.rr && n == manyStreams {
		s.epoll = rows["epoll"]
	}
	if n > 1 {
		s.promise(rows["epoll"].accuracy(rows["naive"])...)
	}
	return nil
}

// starved takes the client's core away from it.
func (s *suite) starved() error {
	for _, c := range []string{"epoll", "naive"} {
		r, err := measure(paced(c, manyStreams, usualGap), false, 2)
		if err != nil {
			return err
		}
		r.print()
		if c == "epoll" {
			s.promise(r.starved()...)
		}
	}
	return nil
}

// cost is of an event: with the streams that share 50,000 events a second, and against the naive client's. At 50,000 that
// one may need all of its core: then it reads several events at a time, which is late, and cheaper. At half the pace each
// client takes every event by itself.
func (s *suite) cost() error {
	const pace = 50000
	loads := []job{
		shared("naive", manyStreams, pace/2), shared("epoll", manyStreams, pace/2),
		shared("naive", manyStreams, pace), shared("epoll", manyStreams, pace),
		shared("epoll", manyStreams/4, pace), shared("epoll", 4*manyStreams, pace),
	}
	turns := 3
	if s.quick {
		loads, turns = loads[:4], 1
	}
	us, err := s.costs(loads, turns)
	if err != nil {
		return err
	}
	var ratios, spreads []float64 // within a turn, in which the machine is alike
	for _, turn := range us {
		ratios = append(ratios, turn[0]/turn[1])
		least, most := slices.Min(turn[3:]), slices.Max(turn[3:])
		spreads = append(spreads, 100*(most-least)/(most+least)) // within so much of the middle of the two extremes
	}
	s.promise(atLeast("1,024 paced streams, 25,000 events/s: events per CPU-second, epoll / naive", at(50, ratios), 2, "x"))
	if !s.quick {
		s.promise(atMost("cost of an event from 256 to 4,096 streams: +-", at(50, spreads), 25, "%"))
	}
	return nil
}

// costs prints what an event costs in each load, and how late gaps were told. It returns us, by turn and load.
func (s *suite) costs(loads []job, turns int) (us [][]float64, err error) {
	fmt.Printf("\nCost of an event, medians of %d turns\n", turns)
	took, core, off := make([][]float64, len(loads)), make([][]float64, len(loads)), make([][]float64, len(loads))
	for range turns {
		var turn []float64
		for i, j := range loads {
			r, err := measure(j, s.rr, 0)
			if err != nil {
				return nil, err
			}
			turn = append(turn, 1e6/r.perCPUSecond())
			took[i] = append(took[i], turn[i])
			core[i] = append(core[i], 100*r.CPU/r.Wall)
			off[i] = append(off[i], at(99, r.itlError))
		}
		us = append(us, turn)
	}
	for i, j := range loads {
		fmt.Printf("%7d streams, %5.0f events/s %-9s %7.2f us, %3.0f%% of its core, ITL error p99 %8.4f ms\n",
			j.Streams, float64(j.Streams)/j.Gap.Seconds(), j.Client, at(50, took[i]), at(50, core[i]), at(50, off[i]))
	}
	return us, nil
}

// shared is a load of n streams that together bring so many events a second, for some eight seconds.
func shared(client string, n, pace int) job {
	j := paced(client, n, time.Duration(n)*time.Second/time.Duration(pace))
	j.Requests, j.Events = 4*manyStreams, 98*pace/50000
	return j
}

// drained sends 64 streams as fast as they are taken: what a client can take, not how right it is.
func (s *suite) drained() error {
	fmt.Println("\nDrained flat out: 64 streams of 16,384 events, 256 in a write")
	rate := map[string]float64{}
	for _, c := range []string{"epoll", "portable", "naive"} {
		r, err := measure(job{Client: c, Streams: 64, Requests: 64, Events: 16384}, false, 0)
		if err != nil {
			return err
		}
		rate[c] = r.perCPUSecond()
		fmt.Printf("%-9s %10.0f events/CPU-s, %7.3f mallocs per 1,000 events, %.2f bytes kept an event\n",
			c, rate[c], 1000*float64(r.Mallocs)/float64(r.Events()), float64(r.Logged)/float64(r.Events()))
		if c == "epoll" {
			s.promise(atMost("mallocs of a run of a million events, per 1,000 events", 1000*float64(r.Mallocs)/float64(r.Events()), 1, ""))
		}
	}
	s.promise(atLeast("drained, 64 streams: events per CPU-second, epoll / naive", rate["epoll"]/rate["naive"], 8, "x"))
	s.promise(atMost("bytes kept for a token, paced, epoll", float64(s.epoll.Logged)/float64(s.epoll.Events()), 3, "B"))
	return nil
}

// memory is what streams take that wait for their first token.
func (s *suite) memory() error {
	fmt.Println("\nStreams that wait, epoll, one process")
	sizes := []int{10000, 18000}
	if s.quick {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		wait := 2*time.Second + time.Duration(n)*200*time.Microsecond
		r, err := measure(job{Client: "epoll", Streams: n, Requests: n, Events: 2, TTFT: wait, Gap: 100 * time.Millisecond, IdleAt: wait - 500*time.Millisecond}, false, 0)
		if err != nil {
			return err
		}
		each := float64(r.Idle) / float64(n) / 1024
		fmt.Printf("%7d streams %8.2f KiB each; all answered: %v\n", n, each, len(r.outcome.Requests) == n)
		if n == sizes[0] {
			s.promise(atMost("10,000 waiting streams: memory of the process, each", each, 4, "KiB"))
		} else {
			s.promise(atLeast("streams at once in one process", float64(len(r.outcome.Requests)), float64(n), ""))
		}
	}
	return nil
}

// lateness is from when a request was scheduled to when it was sent, in an open loop of 30,000 events a second.
func (s *suite) lateness() error {
	fmt.Println("\nOpen loop, Poisson, beside 30,000 events/s: sent after scheduled, ms")
	rates, late := []int{1000, 5000}, 0.0
	if s.quick {
		rates = rates[:1]
	}
	for _, rate := range rates {
		for _, c := range []string{"epoll", "portable"} {
			j := job{Client: c, Rate: float64(rate), Streams: rate / 2, Requests: 3 * rate, Events: 30000 / rate, TTFT: 50 * time.Millisecond, Gap: 10 * time.Millisecond}
			r, err := measure(j, s.rr, 0)
			if err != nil {
				return err
			}
			fmt.Printf("%6d requests/s %-9s p50 %7.3f  p99 %7.3f  max %7.2f\n", rate, c, at(50, r.lateness), at(99, r.lateness), at(100, r.lateness))
			if c == "epoll" && rate == rates[0] {
				late = at(99, r.lateness)
			}
			if math.IsNaN(at(99, r.lateness)) {
				return fmt.Errorf("%s: no request was sent", j)
			}
		}
	}
	alone, err := s.alarm(rates[0])
	promise := atMost("Poisson 1,000 requests/s: lateness p99", late, 0.25, "ms")
	promise.alone = alone
	s.promise(promise)
	return err
}

// alarm is how late the machine itself is, p99 in ms: a program on the same core that sleeps until each due time, and does nothing.
func (s *suite) alarm(rate int) (p99 float64, err error) {
	c, err := place{1, s.rr}.start("alarm", job{Rate: float64(rate), Requests: 3 * rate}.String())
	if err != nil {
		return 0, err
	}
	var late []float64
	if err := c.end(&late); err != nil {
		return 0, err
	}
	fmt.Printf("%6d times/s    %-9s p50 %7.3f  p99 %7.3f  max %7.2f\n", rate, "nothing", at(50, late), at(99, late), at(100, late))
	return at(99, late), nil
}
