package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// tunnel asks the proxy at the other end of c to lead on to an address, and returns when it does. A tunnel that has not
// come about by the end of ctx is an error.
func tunnel(ctx context.Context, c net.Conn, address string) error {
	unwatch := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer unwatch()
	if _, err := fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\nUser-Agent: splleed\r\n\r\n", address); err != nil {
		return fmt.Errorf("the proxy: %w", err)
	}
	said := bufio.NewReader(io.LimitReader(c, 64<<10))
	answer, err := http.ReadResponse(said, &http.Request{Method: http.MethodConnect})
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the proxy closed the connection without an answer")
	case err != nil:
		return fmt.Errorf("the proxy: %w", err)
	case !isSuccess(answer.StatusCode):
		return fmt.Errorf("the proxy answered HTTP %d to CONNECT %s", answer.StatusCode, address)
	case said.Buffered() > 0:
		return errors.New("the proxy spoke before the server was asked") // a server waits for TLS to begin
	}
	if !unwatch() {
		return context.Cause(ctx)
	}
	return nil
}
