//go:build engines && linux

package engines

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// process is a line of the system's table of processes.
type process struct {
	pid, parent int
	name        string
	start       string // when, in the system's ticks: with pid it is unlike any other
	memory      int    // resident bytes
}

func (p process) String() string { return fmt.Sprintf("%s (%d MB)", p.name, p.memory>>20) }

// processes are all but those that have ended and only await their parent.
func processes() map[int]process {
	all := map[int]process{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		data, _ := os.ReadFile(path)
		// 7 (a name) S 1 …: the name may hold anything, also ")".
		begin, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
		if begin < 0 || end < 0 {
			continue
		}
		rest := strings.Fields(string(data[end+1:]))
		p := process{name: string(data[begin+1 : end]), start: rest[19]}
		p.pid, _ = strconv.Atoi(strings.TrimSpace(string(data[:begin])))
		p.parent, _ = strconv.Atoi(rest[1])
		pages, _ := strconv.Atoi(rest[21])
		p.memory = pages * os.Getpagesize()
		if rest[0] != "Z" {
			all[p.pid] = p
		}
	}
	return all
}

// running are the processes that have come of the command: that have its mark in their environment, or descend from one
// that has (vLLM's write over theirs), or did when they were seen before.
func (c *command) running() (found []process) {
	all := processes()
	for _, p := range all {
		for ancestor, ok := p, true; ok; ancestor, ok = all[ancestor.parent] {
			if c.seen[ancestor.pid].is(ancestor) || ancestor.has(c.mark) {
				c.seen[p.pid] = p
				found = append(found, p)
				break
			}
		}
	}
	return found
}

// has reports whether the process has something in its environment.
func (p process) has(mark string) bool {
	env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
	return bytes.Contains(env, []byte(mark))
}

// is reports whether p and q are one process, and not two that had the same number.
func (p process) is(q process) bool { return p.pid == q.pid && p.start == q.start }

// named is the process of the command with that name.
func (c *command) named(t *testing.T, name string) process {
	t.Helper()
	found := c.running()
	for _, p := range found {
		if p.name == name {
			return p
		}
	}
	t.Fatalf("no %s among %v", name, found)
	return process{}
}
