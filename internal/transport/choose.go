package transport

import (
	"fmt"
	"strings"
)

// Loops is how many event loops an engine has; 0 for one that works with goroutines.
func Loops(e Engine) int {
	if looping, ok := e.(interface{ Loops() int }); ok {
		return looping.Loops()
	}
	return 0
}

// Kinds are the words for New: "auto" and the names of the engines.
func Kinds() []string { return []string{"auto", "epoll", "portable"} }

// New returns an engine of the kind, and its name. "auto" is portable: epoll costs less, but has not been shown to
// read as promptly as portable does beside a server that shares its cores (docs/decisions/0004).
func New(kind string, o Options) (Engine, string, error) {
	switch kind {
	case "epoll":
		e, err := NewEpoll(o)
		if err != nil {
			return nil, "", err // not a nil *Epoll
		}
		return e, kind, nil
	case "auto", "portable":
		return NewPortable(o), "portable", nil
	}
	return nil, "", fmt.Errorf("no transport %q; known: %s", kind, strings.Join(Kinds(), ", "))
}
