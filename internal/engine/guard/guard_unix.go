//go:build unix && !linux

package guard

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func terminate(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGTERM) }

func destroyGroup(id int) { syscall.Kill(-id, syscall.SIGKILL) }
