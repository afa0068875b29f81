//go:build unix

package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A truth server that says nothing ends the trials, not the report: each says why.
func TestTransportsHaveAnEnd(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	check := func(script string, want ...string) {
		t.Helper()
		program := filepath.Join(t.TempDir(), "splleed")
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("it took too long"))
		defer cancel()
		verdicts(t, Transports(ctx, program, []string{"portable", "http2"}), want...)
	}
	check(fmt.Sprintf("echo listening on http://%s\nexec cat\n", silent.Addr()), "transport portable: bad: it took too long", "transport http2: bad: it took too long")
	check("exec cat\n", "transports: bad: it took too long")
	check("echo nonsense\n", `transports: bad: says "nonsense`)
}
