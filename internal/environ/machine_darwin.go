package environ

import "golang.org/x/sys/unix"

func describe() (m machine) {
	m.release, _ = unix.Sysctl("kern.osrelease")
	m.cpu, _ = unix.Sysctl("machdep.cpu.brand_string")
	m.memory, _ = unix.SysctlUint64("hw.memsize")
	return m
}
