// Package marked finds, for tests, every process that they have caused to run: those that inherited a mark in their
// environment. A process that writes over its environment, as vLLM's do, is not found.
package marked

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Env is the variable that holds the mark.
const Env = "SPLLEED_TEST_MARK"

// Running returns the processes that were started under a mark.
func Running(mark string) (pids []int) {
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		env, err := os.ReadFile(path)
		if err == nil && slices.Contains(strings.Split(string(env), "\x00"), Env+"="+mark) {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}
