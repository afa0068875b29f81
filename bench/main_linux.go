// Command bench measures splleed itself: its figures against the truth, and what they cost.
//
// Every line of its table is a run of its own: a server on core 0 that knows from the kernel when it sent what, and one
// client on core 1, each a process. Clients take turns. The part "peers" does the same with published clients.
// docs/performance.md explains the figures.
package main

import (
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is one of the parts; without a name, the one that starts the others.
func run(args []string) error {
	if len(args) == 0 {
		return benchmark(os.Getenv("BENCH") == "quick")
	}
	switch {
	case args[0] == "peers":
		return peers()
	case len(args) == 1:
		return fmt.Errorf("%s: what job?", args[0])
	case args[0] == "hog":
		return hog(args[1])
	}
	var j job
	if err := json.Unmarshal([]byte(args[1]), &j); err != nil {
		return err
	}
	switch {
	case args[0] == "one":
		return one(j, slices.Contains(args, "rr"), slices.Contains(args, "hogs"))
	case args[0] == "serve":
		return serve(j)
	case args[0] == "alarm":
		return gob.NewEncoder(os.Stdout).Encode(alarm(j))
	case j.Client == "naive":
		return report(naive(j))
	default:
		return report(play(j))
	}
}

// one plays a single job, given in JSON: bin/bench one '{"Client":"epoll","Streams":64,…}' [rr] [hogs].
func one(j job, rr, beside bool) error {
	hogs := 0
	if beside {
		hogs = 2
	}
	r, err := measure(j, rr, hogs)
	if err != nil {
		return err
	}
	fmt.Println(tableHead)
	r.print()
	fmt.Printf("stamp p99 %.4f ms, lateness p50/p99/max %.3f/%.3f/%.3f ms, ITL p50 true %.2f [%.2f, %.2f], p99 [%.2f, %.2f], %d mallocs, %.3f bytes an event, %d without a true stamp\n",
		at(99, r.stamp), at(50, r.lateness), at(99, r.lateness), at(100, r.lateness),
		at(50, r.itl.true), at(50, r.low), at(50, r.high), at(99, r.low), at(99, r.high), r.Mallocs, float64(r.Logged)/float64(r.Events()), r.Unstamped)
	return nil
}

func report(o *outcome, err error) error {
	if err != nil {
		return err
	}
	return gob.NewEncoder(os.Stdout).Encode(o)
}

// hog is a program that wants all of its core, for some time.
func hog(spell string) error {
	d, err := time.ParseDuration(spell)
	for begun := time.Now(); time.Since(begun) < d; {
	}
	return err
}

// alarm sleeps until each due time of a job, and returns how much later it woke up, in ms.
func alarm(j job) (late []float64) {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	wait := rand.New(rand.NewPCG(1, 1))
	for due := now(); len(late) < j.Requests; {
		due += int64(wait.ExpFloat64() / j.Rate * 1e9)
		left := unix.NsecToTimespec(max(0, due-now()))
		_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, 0, 0, uintptr(unsafe.Pointer(&left)), 0, 0, 0)
		late = append(late, ms(now()-due))
	}
	return late
}

// trial plays a job with both sides in their places, beside so many hogs on the client's core.
func trial(j job, rr bool, hogs int) (t truth, o outcome, err error) {
	t, err = against(j, func(j job) error {
		for range hogs {
			h, err := place{1, false}.start("hog", "8s")
			if err != nil {
				return err
			}
			defer func() { _ = h.cmd.Process.Kill(); _ = h.cmd.Wait() }()
		}
		o, err = client(j, rr)
		return err
	})
	if err == nil && o.Failed > 0 {
		err = fmt.Errorf("%s: %d requests failed: %s", j, o.Failed, o.Failure)
	}
	return t, o, err
}

// against starts a server for the job and lets play know its URL. The server is not what is measured: it goes before the
// rest of the machine where it may, unless it is to send without a pause.
func against(j job, play func(j job) error) (t truth, err error) {
	server, err := place{0, mayRR() && j.Gap > 0}.start("serve", j.String())
	if err != nil {
		return t, err
	}
	line, err := server.out.ReadString('\n')
	j.URL = strings.TrimSpace(line)
	if err == nil {
		err = play(j)
	}
	if ended := server.end(&t); err == nil {
		err = ended
	}
	return t, err
}

func client(j job, rr bool) (o outcome, err error) {
	c, err := place{1, rr}.start("client", j.String())
	if err != nil {
		return o, err
	}
	return o, c.end(&o)
}
