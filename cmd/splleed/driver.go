package main

import (
	"context"
	"io"
	"os/signal"
	"syscall"

	"github.com/splleed/splleed/internal/driver"
)

// DriverCmd speaks the protocol of docs/protocol.md over stdin and stdout. It is for programs, so help hides it.
type DriverCmd struct{}

// Run ends when its client has.
func (DriverCmd) Run(ctx context.Context, c console) error { return drive(ctx, c.in, c.out, c.getenv) }

// drive serves one client. A client that dies must not kill us before the servers that we started are stopped, so
// writing to its closed pipe is an error here, not a signal.
func drive(ctx context.Context, in io.Reader, out io.Writer, getenv func(string) string) error {
	signal.Ignore(syscall.SIGPIPE)
	return driver.Serve(ctx, in, out, version, getenv)
}
