package wire

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRequest(t *testing.T) {
	raw, err := Request{
		Target: "/prefix/v1/completions?x=1", Host: "127.0.0.1:8000", Body: []byte(`{"prompt":"é"}`),
		Header: map[string]string{"X-Request-Id": "7", "Authorization": "Bearer k", "accept": "*/*"},
	}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := "POST /prefix/v1/completions?x=1 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: splleed\r\naccept: */*\r\n" +
		"Accept-Encoding: identity\r\nContent-Type: application/json\r\nContent-Length: 15\r\n" +
		"Authorization: Bearer k\r\nX-Request-Id: 7\r\n\r\n{\"prompt\":\"é\"}"
	if string(raw) != want {
		t.Errorf("got\n%s\nwant\n%s", raw, want)
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(r.Body); string(body) != `{"prompt":"é"}` || r.Host != "127.0.0.1:8000" || r.Header.Get("X-Request-Id") != "7" {
		t.Errorf("net/http reads %+v with body %q", r, body)
	}
}

func TestRequestRefuses(t *testing.T) {
	check := func(r Request, want string) {
		t.Helper()
		if _, err := r.Bytes(); err == nil || err.Error() != want {
			t.Errorf("%+v: got %v, want %q", r, err, want)
		}
	}
	header := func(name, value string) Request {
		return Request{Target: "/", Host: "h", Header: map[string]string{name: value}}
	}
	check(header("X", "a\r\nEvil: 1"), "header X has a control character in its value")
	check(header("X", "a\x00"), "header X has a control character in its value")
	check(header("X\r\nEvil", "1"), `header name "X\r\nEvil" is not allowed`)
	check(header("", "1"), `header name "" is not allowed`)
	check(header("content-LENGTH", "1"), "header content-LENGTH is not the user's to set")
	check(header("Accept-Encoding", "gzip"), "header Accept-Encoding is not the user's to set")
	check(Request{Target: "/a b", Host: "h"}, `target "/a b" is not a path`)
	check(Request{Target: "/a\r\nX: 1", Host: "h"}, `target "/a\r\nX: 1" is not a path`)
	check(Request{Target: "v1", Host: "h"}, `target "v1" is not a path`)
	check(Request{Target: "http://h/", Host: "h", Relay: true}, `target "http://h/" is not a path`)
	check(Request{Target: "/"}, `"" is not a host`)
	check(Request{Target: "/", Host: "h\r\nX: 1"}, `"h\r\nX: 1" is not a host`)
	check(Request{Target: "/", Host: "h", Method: "GET /"}, `method "GET /" is not an HTTP method`)
	if raw, err := header("X", "a\tb").Bytes(); err != nil || !strings.Contains(string(raw), "X: a\tb\r\n") {
		t.Errorf("a tab in a value: %q, %v", raw, err)
	}
}
