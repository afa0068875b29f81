package wire

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Request is one HTTP/1.1 request. Its zero value, given a Target and a Host, is a POST without a body.
type Request struct {
	Method string            // default POST
	Target string            // path and query: "/v1/completions"
	Host   string            // host, with its port unless that is the scheme's own
	Relay  bool              // to a proxy, which is told the whole URL (of plain http)
	Header map[string]string // added, or in place of the default of the same name
	Body   []byte            // JSON, unless Header says otherwise
}

// reserved are the headers that say how the message is framed: only the writer knows.
var reserved = []string{"content-length", "transfer-encoding", "accept-encoding", "expect", "upgrade", "te", "trailer"}

// Bytes is the whole request, head and body, ready for one write. It refuses whatever would break out of its place: a
// line break in a header, a space in the target.
func (r Request) Bytes() ([]byte, error) {
	if r.Method == "" {
		r.Method = "POST"
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	header := [][2]string{
		{"Host", r.Host},
		{"User-Agent", "splleed"},
		{"Accept", "text/event-stream"},
		{"Accept-Encoding", "identity"}, // stamps need events, not blocks of a compressor
		{"Content-Type", "application/json"},
		{"Content-Length", strconv.Itoa(len(r.Body))},
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		header = set(header, name, r.Header[name])
	}
	target := r.Target
	if r.Relay {
		target = "http://" + r.Host + target
	}
	b := make([]byte, 0, 512+len(r.Body))
	b = fmt.Appendf(b, "%s %s HTTP/1.1\r\n", r.Method, target)
	for _, h := range header {
		b = fmt.Appendf(b, "%s: %s\r\n", h[0], h[1])
	}
	b = append(b, "\r\n"...)
	return append(b, r.Body...), nil
}

// set replaces the header of that name, or adds it.
func set(header [][2]string, name, value string) [][2]string {
	for i := range header {
		if strings.EqualFold(header[i][0], name) {
			header[i] = [2]string{name, value}
			return header
		}
	}
	return append(header, [2]string{name, value})
}

func (r Request) check() error {
	if !isToken(r.Method) {
		return fmt.Errorf("method %q is not an HTTP method", r.Method)
	}
	if !strings.HasPrefix(r.Target, "/") || strings.ContainsFunc(r.Target, isBreak) || strings.Contains(r.Target, " ") {
		return fmt.Errorf("target %q is not a path", r.Target)
	}
	if r.Host == "" || strings.ContainsFunc(r.Host, isBreak) || strings.ContainsAny(r.Host, " /") {
		return fmt.Errorf("%q is not a host", r.Host)
	}
	for name, value := range r.Header {
		if err := checkHeader(name, value); err != nil {
			return err
		}
	}
	return nil
}

// checkHeader names no value: it may be a key.
func checkHeader(name, value string) error {
	switch {
	case !isToken(name):
		return fmt.Errorf("header name %q is not allowed", name)
	case slices.Contains(reserved, strings.ToLower(name)):
		return fmt.Errorf("header %s is not the user's to set", name)
	case strings.ContainsFunc(strings.ReplaceAll(value, "\t", " "), isBreak):
		return fmt.Errorf("header %s has a control character in its value", name)
	}
	return nil
}

// isBreak reports a control character.
func isBreak(c rune) bool { return c < ' ' || c == 0x7f }
