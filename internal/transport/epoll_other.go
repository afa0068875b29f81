//go:build !linux

package transport

import "errors"

// Epoll is the engine for plain http on Linux.
type Epoll struct{ Engine }

// NewEpoll returns an error: this is not Linux.
func NewEpoll(Options) (*Epoll, error) { return nil, errors.New("epoll is a facility of Linux") }
