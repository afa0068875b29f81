package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/splleed/splleed/internal/record"
)

func isSuccess(status int) bool { return status/100 == 2 }

// isEnd reports whether err says no more than that the other side has closed the connection.
func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// cancelled is the failure of an exchange that ctx has ended.
func cancelled(ctx context.Context) *record.Failure {
	return &record.Failure{Type: record.Cancelled, Message: context.Cause(ctx).Error()}
}

// message says in words which limit was passed.
func (t Timeouts) message(kind record.FailureType) string {
	switch kind {
	case record.TimeoutConnect:
		return "no connection within " + t.Connect.String()
	case record.TimeoutFirstToken:
		return "no token within " + t.FirstToken.String()
	case record.TimeoutIdle:
		return "silent for " + t.Idle.String()
	}
	return "not complete within " + t.Total.String()
}

// unconnected says why there is no connection.
func (t Timeouts) unconnected(kind record.FailureType, err error) *record.Failure {
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return &record.Failure{Type: record.TimeoutConnect, Message: t.message(record.TimeoutConnect)}
	case isEnd(err):
		return &record.Failure{Type: kind, Message: "connection closed in the TLS handshake"}
	}
	message := err.Error()
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		message = noAddress(err)
	case errors.Is(err, syscall.EMFILE):
		message += ": raise the limit (ulimit -n)"
	}
	return &record.Failure{Type: kind, Message: message, Own: isOwn(err)}
}

// isOwn reports that this machine had no file, port or memory left for a connection: the server was not even asked.
func isOwn(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM},
		func(lack error) bool { return errors.Is(err, lack) })
}

// broken is what became of the connection, in words without its addresses, which would make each message different.
func (c *course) broken(err error) *record.Failure {
	var (
		alert  tls.AlertError
		header tls.RecordHeaderError
		errno  syscall.Errno
	)
	switch {
	case err == nil:
		return nil
	case isEnd(err) && c.head:
		return &record.Failure{Type: record.Truncated, Message: "connection closed in the middle of the response"}
	case isEnd(err):
		return &record.Failure{Type: record.Reset, Message: "connection closed without a response"}
	case errors.As(err, &alert), errors.As(err, &header):
		return &record.Failure{Type: record.TLS, Message: err.Error()}
	case errors.As(err, &errno):
		return &record.Failure{Type: record.Reset, Message: errno.Error()}
	}
	return &record.Failure{Type: record.Reset, Message: err.Error()}
}

// verdict is why the exchange failed, all told. The user's wish to stop outweighs all; a status that is no success
// outweighs whatever happened to the body after it.
func (c *course) verdict(ctx context.Context, failure *record.Failure) *record.Failure {
	switch {
	case failure != nil && ctx.Err() != nil:
		return cancelled(ctx)
	case c.head && isSuccess(c.resp.Status) && failure == nil && c.message != "":
		return &record.Failure{Type: record.Malformed, Message: "in place of a stream came: " + c.message}
	case !c.head || isSuccess(c.resp.Status):
		return failure
	}
	refusal := c.refusal()
	if failure != nil {
		refusal.Message += " (" + failure.Message + ")"
	}
	return refusal
}

// refusal is the failure that a status means.
func (c *course) refusal() *record.Failure {
	r := c.resp
	refusal := &record.Failure{Type: record.Malformed, Message: fmt.Sprintf("HTTP %d", r.Status)}
	switch {
	case r.Status == 429:
		refusal.Type = record.RateLimited
	case r.Status/100 == 4:
		refusal.Type = record.HTTP4xx
	case r.Status/100 == 5:
		refusal.Type = record.HTTP5xx
	case r.Location != "":
		c.message = fmt.Sprintf("redirects to %.200q, which is not followed", r.Location)
	}
	if c.message != "" {
		refusal.Message += ": " + c.message
	}
	return refusal
}
