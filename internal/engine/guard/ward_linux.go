package guard

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What the two sides agree on: the guard's name, its two pipes, and the first words of its reports.
const (
	alias      = "splleed-guard"
	lifelineFD = 3
	reportFD   = 4

	started = "started" // and the program's process id
	refused = "refused" // and why
	exited  = "exited"  // by itself, and how
	stopped = "stopped" // since it was asked to, and how
)

// The library may be part of any program, so the guard cannot be a flag of splleed's own: any program that links this
// package becomes the guard when it is started under the guard's name, before its main.
func init() {
	if len(os.Args) > 3 && os.Args[0] == alias {
		runtime.LockOSThread() // the death signal of the program hangs on the thread that starts it
		os.Exit(ward(os.Args[1], os.Args[2], os.Args[3:]))
	}
}

// sweepEvery is how often the guard looks around while it ends the tree.
const sweepEvery = 20 * time.Millisecond

// ward is the guard's main: it starts the program, ends it when it must, and returns when nothing of it is left.
func ward(grace, path string, args []string) int {
	syscall.CloseOnExec(lifelineFD)
	syscall.CloseOnExec(reportFD)
	report := os.NewFile(reportFD, "report")
	patience, err := time.ParseDuration(grace)
	if err == nil {
		err = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	if err != nil {
		fmt.Fprintln(report, refused, err)
		return 1
	}
	children, stop := make(chan os.Signal, 1), stopRequests()
	signal.Notify(children, syscall.SIGCHLD)

	program, err := syscall.ForkExec(path, args, &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		fmt.Fprintln(report, refused, (&os.PathError{Op: "start", Path: path, Err: err}).Error())
		return 1
	}
	fmt.Fprintln(report, started, program)

	how := exited // the program ends
	gone := func() bool {
		return reap(func(pid int, status syscall.WaitStatus) {
			if pid == program {
				fmt.Fprintln(report, how, describe(status))
			}
		})
	}
	var sweep <-chan time.Time // runs while the tree is being ended
	var killAt time.Time
	for !gone() {
		select {
		case <-children:
		case <-stop:
			if !ending(program) { // else nobody stops it any more
				how = stopped
			}
			stop, sweep, killAt = nil, time.Tick(sweepEvery), time.Now().Add(patience)
			signalAll(syscall.SIGTERM)
		case now := <-sweep:
			if now.After(killAt) {
				signalAll(syscall.SIGKILL)
			}
		}
	}
	return 0
}

// stopRequests is signalled when the tree is to be ended: the process that holds the other end of the lifeline closed
// it or died, or somebody asks the guard itself to go.
func stopRequests() <-chan os.Signal {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		io.Copy(io.Discard, os.NewFile(lifelineFD, "lifeline"))
		stop <- syscall.SIGTERM
	}()
	return stop
}

// reap collects the children that have ended and reports whether none is left. Since orphans below a subreaper become
// its children, none left means that the whole tree is gone.
func reap(ended func(pid int, how syscall.WaitStatus)) (none bool) {
	for {
		var how syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &how, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return true // ECHILD
		case pid == 0:
			return false
		default:
			ended(pid, how)
		}
	}
}

func signalAll(s syscall.Signal) {
	for _, pid := range descendants(os.Getpid()) {
		syscall.Kill(pid, s)
	}
}

func describe(how syscall.WaitStatus) string {
	if how.Signaled() {
		return "signal: " + how.Signal().String()
	}
	return fmt.Sprintf("exit status %d", how.ExitStatus())
}
