package guard

import (
	"bytes"
	"os"
	"strconv"
)

// descendants returns the processes below root, parents before their children.
func descendants(root int) []int {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it has just ended
		}
		if parent, ok := parentIn(stat); ok {
			children[parent] = append(children[parent], pid)
		}
	}
	found := children[root]
	for i := 0; i < len(found); i++ {
		found = append(found, children[found[i]]...)
	}
	return found
}

// parentIn reads the parent's id from /proc/PID/stat.
func parentIn(stat []byte) (int, bool) {
	fields := fieldsOf(stat)
	if len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(string(fields[1]))
	return parent, err == nil
}

// ending reports whether a process is on its way out: the kernel closes its sockets, so that others see it gone, before
// it tells the parent.
func ending(pid int) bool {
	const exiting = 0x4 // PF_EXITING of the kernel's sched.h
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	fields := fieldsOf(stat)
	if len(fields) < 7 {
		return false
	}
	flags, _ := strconv.ParseUint(string(fields[6]), 10, 64)
	return flags&exiting != 0
}

// fieldsOf are those of /proc/PID/stat from the third on: "PID (NAME) STATE PARENT GROUP SESSION TTY TTY-GROUP FLAGS …".
// NAME is the program's choice and may hold brackets and spaces, so the fields count from the last bracket.
func fieldsOf(stat []byte) [][]byte {
	return bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
}
