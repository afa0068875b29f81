//go:build unix

package environ

import "golang.org/x/sys/unix"

// OpenFiles is how many files this process may have open, 0 where that is not known. Go's runtime has raised it to the
// hard limit when the program started.
func OpenFiles() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), 1<<30))
}
