//go:build !linux

package guard

import (
	"os/exec"
	"sync"
	"time"
)

// Start runs a program. An error says that it could not be started.
func Start(p Program) (*Process, error) {
	cmd := &exec.Cmd{Path: p.Path, Args: p.Args, Env: p.Env, Stdout: p.Output, Stderr: p.Output, SysProcAttr: ownGroup()}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	process := &Process{PID: cmd.Process.Pid, root: cmd.Process.Pid, exited: make(chan struct{}), gone: make(chan struct{}), grace: p.Grace}
	asked := make(chan struct{})
	process.stop = sync.OnceFunc(func() { close(asked); go process.end(cmd) })
	go func() {
		cmd.Wait()
		destroyGroup(process.PID) // at once, while the id cannot belong to others yet
		select {
		case <-asked:
		default:
			process.alone = true
		}
		process.state = cmd.ProcessState.String()
		close(process.exited)
	}()
	return process, nil
}

// end asks the process group to go, and makes it go.
func (p *Process) end(cmd *exec.Cmd) {
	defer close(p.gone)
	select {
	case <-p.exited:
		return
	default:
		terminate(cmd.Process)
	}
	select {
	case <-p.exited:
	case <-time.After(p.grace):
		destroyGroup(p.PID)
		cmd.Process.Kill()
		<-p.exited
	}
}

// Listens is not known here.
func (p *Process) Listens(int) (holds, known bool) { return false, false }
