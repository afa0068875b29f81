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

// Shared is how many connections the streams of an engine share; 0 where each has its own.
func Shared(e Engine) int {
	if sharing, ok := e.(interface{ Connections() int }); ok {
		return sharing.Connections()
	}
	return 0
}

// Kinds are the words for New that a user has: "auto" and the names of the engines for HTTP/1.1. New knows "http2", too.
func Kinds() []string { return []string{"auto", "epoll", "portable"} }

// New returns an engine of the kind, and its name. "auto" is epoll where that can be (docs/decisions/0004), else portable.
func New(kind string, o Options) (Engine, string, error) {
	if o.TransmitStamps && kind == "auto" {
		kind = "epoll" // or nothing
	}
	if o.TransmitStamps && kind != "epoll" {
		return nil, "", fmt.Errorf("%s has no stamps of what it sends: only epoll has", kind)
	}
	switch kind {
	case "epoll", "auto":
		e, err := NewEpoll(o)
		if err == nil {
			return e, "epoll", nil
		}
		if kind == "epoll" {
			return nil, "", err // not a nil *Epoll
		}
		fallthrough
	case "portable":
		return NewPortable(o), "portable", nil
	case "http2":
		h, err := NewHTTP2(o)
		if err != nil {
			return nil, "", err
		}
		return h, kind, nil
	}
	return nil, "", fmt.Errorf("no transport %q; known: %s", kind, strings.Join(Kinds(), ", "))
}
