package guard

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Listens reports whether the program, or a process below it, listens on a TCP port. Known is false where the system
// does not tell.
func (p *Process) Listens(port int) (holds, known bool) {
	wanted := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for _, inode := range listeners(table, port) {
			wanted["socket:["+inode+"]"] = true
		}
	}
	for _, pid := range descendants(p.root) {
		links, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
		for _, link := range links {
			if to, err := os.Readlink(link); err == nil && wanted[to] {
				return true, true
			}
		}
	}
	return false, len(wanted) > 0
}

// listeners returns the inodes of the sockets that listen on a port, from a table of /proc/net: "sl local_address
// rem_address st … inode" with addresses as HEX:HEX, where state 0A is LISTEN.
func listeners(table string, port int) (inodes []string) {
	f, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != "0A" {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if n, err := strconv.ParseInt(hex, 16, 32); err == nil && int(n) == port {
			inodes = append(inodes, fields[9])
		}
	}
	return inodes
}
