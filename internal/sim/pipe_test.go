package sim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// pipes is a listener whose connections are in memory, so that a server on it lives in virtual time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// bench is a server on pipes, with its log.
type bench struct {
	t      *testing.T
	server *Server
	pipes  *pipes
	log    bytes.Buffer
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{t: t, pipes: newPipes()}
	cfg.Log = &b.log
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.server = s
	go s.Serve(b.pipes)
	return b
}

// close ends the server and returns its log.
func (b *bench) close() []truth {
	b.t.Helper()
	if err := b.server.Close(); err != nil {
		b.t.Error(err)
	}
	return readLog(b.t, &b.log)
}

func readLog(t *testing.T, r io.Reader) (log []truth) {
	t.Helper()
	for d := json.NewDecoder(r); ; {
		var line truth
		if err := d.Decode(&line); err == io.EOF {
			return log
		} else if err != nil {
			t.Fatal(err)
		}
		log = append(log, line)
	}
}

// heard is a response, as its bytes came in.
type heard struct {
	resp   *http.Response
	head   time.Duration   // when the headers came, from the request on
	events []string        // data of events
	at     []time.Duration // when each came
	raw    string          // the body
	err    error           // how it ended, nil for well
}

// post sends a request with headers ("Name: value") and listens to the end.
func post(conn net.Conn, path, body string, headers ...string) heard {
	defer conn.Close()
	start := time.Now()
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: sim\r\nContent-Length: %d\r\n", path, len(body))
	for _, h := range headers {
		head += h + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"+body); err != nil {
		return heard{err: err}
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return heard{err: err}
	}
	h := heard{resp: resp, head: time.Since(start)}
	lines := bufio.NewReader(resp.Body)
	for {
		line, err := lines.ReadString('\n')
		h.raw += line
		if data, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "data:"); ok {
			h.events = append(h.events, strings.TrimPrefix(data, " "))
			h.at = append(h.at, time.Since(start))
		}
		if err != nil {
			if err != io.EOF {
				h.err = err
			}
			return h
		}
	}
}
