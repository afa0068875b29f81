package transport

import (
	"fmt"
	"strings"
)

// Kinds are the words for New: "auto" and the names of the engines.
func Kinds() []string { return []string{"auto", "epoll", "portable"} }

// New returns an engine of the kind, and its name. "auto" is the best that this system and the server's URL allow:
// epoll for plain http on Linux, else portable.
func New(kind string, o Options) (Engine, string, error) {
	switch kind {
	case "epoll":
		e, err := NewEpoll(o)
		if err != nil {
			return nil, "", err // not a nil *Epoll
		}
		return e, kind, nil
	case "auto":
		if e, err := NewEpoll(o); err == nil {
			return e, "epoll", nil
		}
		fallthrough
	case "portable":
		return NewPortable(o), "portable", nil
	}
	return nil, "", fmt.Errorf("no transport %q; known: %s", kind, strings.Join(Kinds(), ", "))
}
