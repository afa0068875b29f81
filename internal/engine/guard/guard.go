// Package guard runs a program so that nothing of its process tree outlives this process.
//
// On Linux a second process stands between: this executable again, under another name (see init in ward_linux.go). It
// holds a pipe whose end means "stop", so that also a kill -9 of this process stops the program; and it is a
// subreaper, so that daemons which left the program's session still count as its own. It ends when none of them is
// left: at the latest a moment after Grace, with SIGKILL.
//
// Elsewhere this is best effort: Stop ends the process group (Windows: the process), daemons that left it go on, and so
// does everything if this process is killed.
package guard

import (
	"fmt"
	"os"
	"time"
)

// Program is what to run.
type Program struct {
	Path   string        // absolute
	Args   []string      // from the program's own name on
	Env    []string      // "KEY=value", all of it
	Output *os.File      // stdout and stderr; stdin is empty
	Grace  time.Duration // between SIGTERM and SIGKILL
}

// killTime is how long processes may take to vanish after SIGKILL.
const killTime = 4 * time.Second

// Process is a running program. Its methods may be called from any goroutine.
type Process struct {
	PID    int           // the program's
	root   int           // of its process tree: the guard, where there is one
	exited chan struct{} // closed when the program itself has ended
	gone   chan struct{} // closed when nothing of its tree is left
	state  string        // how the program ended; set before exited is closed
	alone  bool          // it ended before it was asked to; set before exited is closed
	grace  time.Duration
	stop   func()
}

// Exited is closed when the program itself has ended, by itself or stopped. What it started may live on until Stop.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// State says how the program ended, as in "exit status 1". It is only to be called once Exited is closed.
func (p *Process) State() string { return p.state }

// Alone reports whether the program ended by itself, before Stop. It is only to be called once Exited is closed.
func (p *Process) Alone() bool { return p.alone }

// Stop ends the program with all that it started, and returns when they are gone. An error says that some are not.
func (p *Process) Stop() error {
	p.stop()
	limit := time.NewTimer(p.grace + killTime)
	defer limit.Stop()
	select {
	case <-p.gone:
		return nil
	case <-limit.C:
		return fmt.Errorf("processes below %d are still there %v after SIGKILL", p.PID, killTime)
	}
}
