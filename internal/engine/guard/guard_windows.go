package guard

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// terminate kills at once: Windows has no SIGTERM.
func terminate(p *os.Process) { p.Kill() }

// destroyGroup does nothing: Windows' process groups cannot be killed.
func destroyGroup(int) {}
