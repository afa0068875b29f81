package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/invalid"
)

// apis are the words for APIs that an engine understands; the first is its default, which is also "auto".
type apis []string

var (
	vllmAPIs     = apis{"completions", "chat"}
	openaiAPIs   = apis{"chat", "completions"}
	tgiAPIs      = apis{"native", "completions", "chat"}
	llamaCppAPIs = apis{"completions", "chat"}
)

// faults checks a configured word.
func (as apis) faults(api string) (fs invalid.Fields) {
	fs.Check(api == "" || api == "auto" || slices.Contains(as, api), "api", "must be one of %s, not %q", strings.Join(as, ", "), api)
	return fs
}

// dialect returns the dialect that a configured word means. TGI is the only engine with a native API.
func (as apis) dialect(api string) (dialect.Dialect, error) {
	switch api {
	case "", "auto":
		return as.dialect(as[0])
	case "native":
		api = "tgi"
	}
	d, ok := dialect.Named(api)
	if !ok {
		return nil, fmt.Errorf("no API is called %q", api)
	}
	return d, nil
}
