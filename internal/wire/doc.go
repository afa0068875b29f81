// Package wire cuts payloads out of bytes: HTTP/1.1 responses, server-sent events, lines; and fields out of payloads
// that are JSON. It also writes requests.
//
// Its parsers are pure and incremental: bytes are pushed in as they come, cut anywhere, and what they complete comes
// out at once. They hold no socket, read no clock, never panic, whatever the bytes, and allocate nothing per event, so a
// goroutine that reads one stream and an event loop that shares one buffer among thousands can use them alike.
//
//	for p := range reads {
//		for len(p) > 0 && !resp.Complete() {
//			body, rest, err := resp.Next(p)    // HTTP off
//			err = split.Feed(body, payload)    // framing off
//			p = rest
//		}
//	}
//
// In: what inference servers and the proxies before them send to a client that asked for no compression.
// Out: HTTP/2, compression, following redirects, trailers' contents.
package wire

import "errors"

// ErrMalformed is wrapped by every error that says: these bytes are not what the protocol allows.
var ErrMalformed = errors.New("malformed response")

// MaxPayload is how long one payload may get, in bytes; a longer one is an error.
const MaxPayload = 16 << 20

// MaxHead is how long status line, headers and trailers may get together, in bytes; also a line of chunked coding.
const MaxHead = 64 << 10
