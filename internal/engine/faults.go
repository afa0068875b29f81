package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
)

func endpointFaults(endpoint string) (fs invalid.Fields) {
	if endpoint == "" {
		return nil
	}
	if _, err := baseURL(endpoint); err != nil {
		fs.Add("endpoint", "%v", err)
	}
	return fs
}

func portFaults(port int) (fs invalid.Fields) {
	fs.Check(port >= -1 && port <= 65535, "port", "must be within 1 and 65535, or -1 for any free one, not %d", port)
	return fs
}

// negatives are counts by their field; zero leaves the choice to a default.
type negatives map[string]int

func (ns negatives) faults() (fs invalid.Fields) {
	for _, path := range slices.Sorted(maps.Keys(ns)) {
		fs.Check(ns[path] >= 0, path, "must be 1 or more, not %d", ns[path])
	}
	return fs
}

func fractionFaults(path string, f float64) (fs invalid.Fields) {
	fs.Check(f >= 0 && f <= 1, path, "must be above 0 and at most 1, not %v", f)
	return fs
}

func wordFaults(path, word string, allowed ...string) (fs invalid.Fields) {
	fs.Check(word == "" || slices.Contains(allowed, word), path, "must be one of %s, not %q", strings.Join(allowed, ", "), word)
	return fs
}

// extraArgFaults finds flags that have a field of their own, on which more hangs than the command line.
func extraArgFaults(args map[string]any, fields map[string]string) (fs invalid.Fields) {
	for _, key := range slices.Sorted(maps.Keys(args)) {
		name := flagName(key)
		fs.Check(strings.Trim(name, "-") != "", "extra_args."+key, "is not the name of a flag")
		if field, own := fields[name]; own {
			fs.Add("extra_args."+key, "has a field of its own: set '%s'", field)
		}
	}
	return fs
}

// or is what a pointer holds, or what its absence stands for.
func or[T any](p *T, absent T) T {
	if p == nil {
		return absent
	}
	return *p
}
