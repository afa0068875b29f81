package main

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// place is where and how a process runs.
type place struct {
	core int
	rr   bool // SCHED_RR, priority 1. Never SCHED_FIFO: a Go program of one core starves its own runtime there
}

// child is a part of the benchmark that runs in a process of its own.
type child struct {
	cmd *exec.Cmd
	in  io.Closer // closing it ends the child
	out *bufio.Reader
}

// start starts this program once more as the given part, in its place from its first instruction on: a process inherits
// core and class from the thread that starts it.
func (p place) start(part string, args ...string) (*child, error) {
	cmd := exec.Command("/proc/self/exe", append([]string{part}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.within(cmd.Start); err != nil {
		return nil, err
	}
	p.guard(cmd.Process)
	return &child{cmd, in, bufio.NewReaderSize(out, 1<<16)}, nil
}

// mostTime is what a child may take. Peers need some for their start.
const mostTime = 3 * time.Minute

// guard sees to it that no child keeps its core for good, least of all from a class that goes before the rest of the machine.
func (p place) guard(child *os.Process) {
	if p.rr {
		const most = 20e6 // microseconds of computing without a wait: a slow core may be short of time for all of a run
		_ = unix.Prlimit(child.Pid, unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
	time.AfterFunc(mostTime, func() { _ = child.Kill() }) // one that has ended does not mind
}

// within calls f on a thread that is in the place.
func (p place) within(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	defer func() { _ = class(unix.SCHED_NORMAL, 0) }()
	if err := p.take(); err != nil {
		return err
	}
	return f()
}

// end ends the child and takes what it has to say.
func (c *child) end(result any) error {
	c.in.Close()
	err := gob.NewDecoder(c.out).Decode(result)
	return errors.Join(err, c.cmd.Wait())
}

// take moves the calling thread to the place.
func (p place) take() error {
	var set unix.CPUSet
	set.Set(p.core)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("core %d: %w", p.core, err)
	}
	if !p.rr {
		return nil
	}
	return class(unix.SCHED_RR, 1)
}

func class(policy, priority uint32) error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0)
}

// mayRR is whether the system lets us have SCHED_RR.
func mayRR() bool { return place{core: 0, rr: true}.within(func() error { return nil }) == nil }
