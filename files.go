package splleed

import (
	"fmt"
	"slices"

	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/invalid"
)

// checkFiles refuses levels with more streams than this process may have files open, of which limit says how many; 0 is
// no limit. Nobody knows beforehand how many streams an open loop without a cap will have.
func (b Benchmark) checkFiles(limit int) error {
	var bad invalid.Fields
	if len(b.Concurrency) > 0 && limit > 0 {
		i := slices.Index(b.Concurrency, slices.Max(b.Concurrency))
		need := b.Concurrency[i]*b.filesPerStream() + environ.SpareFiles
		bad.Check(need <= limit, fmt.Sprintf("concurrency[%d]", i),
			"is %d: that needs %d open files, but the limit is %d: raise it (ulimit -n %[2]d)", b.Concurrency[i], need, limit)
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
