package splleed

import (
	"fmt"
	"slices"

	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/result"
)

// checkRoom refuses levels with more streams than the client's machine has room for: open files, and local ports of the
// addresses that connections leave from. Nobody knows beforehand how many streams an open loop without a cap will have, or
// how many of HTTP/2 share a connection.
func (b Benchmark) checkRoom(c result.Client) error {
	var bad invalid.Fields
	b.checkSourcesHere(&bad)
	if len(b.Concurrency) == 0 || b.HTTP2 && b.Connection != PerRequest {
		return bad.Err()
	}
	i := slices.Index(b.Concurrency, slices.Max(b.Concurrency))
	n, path := b.Concurrency[i], fmt.Sprintf("concurrency[%d]", i)
	if c.OpenFiles != nil {
		need := n*b.filesPerStream() + environ.SpareFiles
		bad.Check(uint64(need) <= *c.OpenFiles, path,
			"is %d: that needs %d open files, but the limit is %d: raise it (ulimit -n %[2]d)", n, need, *c.OpenFiles)
	}
	if c.LocalPorts != nil {
		from := max(1, len(b.sources()))
		bad.Check(n <= from**c.LocalPorts, path,
			"is %d: so many connections to one server need %d addresses to leave from, each with %d local ports, not %d: "+
				"name more in source_address, or widen net.ipv4.ip_local_port_range", n, (n-1)/max(1, *c.LocalPorts)+1, *c.LocalPorts, from)
	}
	return bad.Err()
}

// filesPerStream is more than one where the server is in this process, too.
func (b Benchmark) filesPerStream() int {
	if s, ok := b.Backend.(interface{ FilesPerStream() int }); ok {
		return s.FilesPerStream()
	}
	return 1
}
